// Store and forward. A batch of events stays in this browser until the server says that it is on disk, even
// over lost Wi-Fi and a reload. The id of a batch makes it harmless to send it twice.
import type { LiveSchemas } from '../../api/types';

export type HeadsetEvent = LiveSchemas['Event'];
export type Batch = { batch_id: string; run_id: number | null; events: HeadsetEvent[] };
type Keep = Pick<Storage, 'getItem' | 'setItem'>;

const place = 'lectern.headset.batches';
// Two hours of batches at one every two seconds. After that the oldest are dropped and counted.
const most_batches = 3600;

export class EventQueue {
    private batches: Batch[];
    private open: HeadsetEvent[] = [];
    acknowledged = 0;
    dropped = 0;
    refused = 0;

    constructor(
        private readonly storage: Keep | null,
        private readonly new_id: () => string,
    ) {
        this.batches = JSON.parse(storage?.getItem(place) ?? '[]') as Batch[];
    }

    /// Events that the server has not acknowledged yet.
    get pending(): number {
        return this.open.length + this.batches.reduce((sum, batch) => sum + batch.events.length, 0);
    }

    add(event: HeadsetEvent): void {
        this.open.push(event);
    }

    /// Makes a batch of the gathered events, for the run during which they happened.
    seal(run_id: number | null): void {
        if (this.open.length === 0) return;
        this.batches.push({ batch_id: this.new_id(), run_id, events: this.open });
        this.open = [];
        while (this.batches.length > most_batches) this.dropped += this.batches.shift()?.events.length ?? 0;
        this.keep();
    }

    get oldest(): Batch | undefined {
        return this.batches[0];
    }

    acknowledge(batch_id: string): void {
        this.acknowledged += this.take_out(batch_id);
    }

    /// The server will never accept this batch. Sending it again would hold up all that come after it.
    give_up(batch_id: string): void {
        this.refused += this.take_out(batch_id);
    }

    private take_out(batch_id: string): number {
        const index = this.batches.findIndex((batch) => batch.batch_id === batch_id);
        if (index < 0) return 0;
        const [batch] = this.batches.splice(index, 1);
        this.keep();
        return batch?.events.length ?? 0;
    }

    private keep(): void {
        try {
            this.storage?.setItem(place, JSON.stringify(this.batches));
        } catch {
            // Storage is full or off; the batches live as long as the page is open.
        }
    }
}
