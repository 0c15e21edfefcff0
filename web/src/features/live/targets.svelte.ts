// Who an order is for: everybody, or the headsets chosen on the map, in the list, or row by row.
import { SvelteSet } from 'svelte/reactivity';

export class Targets {
    readonly chosen = new SvelteSet<number>();
    /// While this is on, a tap on a seat chooses it instead of opening it.
    choosing = $state(false);

    get everybody(): boolean {
        return this.chosen.size === 0;
    }

    get device_ids(): number[] | undefined {
        return this.everybody ? undefined : [...this.chosen];
    }

    has(device_id: number): boolean {
        return this.chosen.has(device_id);
    }

    toggle(device_id: number): void {
        this.choosing = true;
        if (!this.chosen.delete(device_id)) this.chosen.add(device_id);
    }

    choose(device_ids: Iterable<number>): void {
        this.chosen.clear();
        for (const id of device_ids) this.chosen.add(id);
    }

    clear(): void {
        this.chosen.clear();
        this.choosing = false;
    }
}
