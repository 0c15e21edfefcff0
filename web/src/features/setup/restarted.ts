// After a restore the box starts again with another school in it.
import { app } from '../../api/app.svelte';
import { client, data } from '../../api/client';

const patience_ms = 120_000;
const pause = (wait_ms: number) => new Promise((resolve) => setTimeout(resolve, wait_ms));

/// Waits until the box answers again and the page has started with it; false when that took too long. The old
/// server may still answer for `first_ms`.
export async function box_restarted(first_ms = 1000): Promise<boolean> {
    const end = Date.now() + patience_ms;
    await pause(first_ms);
    while (Date.now() < end) {
        try {
            if (!(await data(client.GET('/v1/setup'))).needed) {
                await app.start();
                return true;
            }
        } catch {
            // The box is still starting.
        }
        await pause(1000);
    }
    return false;
}
