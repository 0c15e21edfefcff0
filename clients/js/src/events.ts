// Store and forward. A batch of events stays in the store until the box says that it has it on disk, over
// lost Wi-Fi and a restart. It never changes: sent twice under one identity it is stored once. Its identity
// is something random for each start, and a number that counts the batches of that start.
import type { HeadsetEvent, StoredBatches } from './types.js';

/** Where batches are kept: localStorage is one; `FolderStore` of lectern-headset/node is another. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

export type Batch = { boot_id: string; number: number; run_id?: number; events: HeadsetEvent[] };
/** What pages of the first version have kept. */
type NamedBatch = { batch_id: string; run_id: number | null; events: HeadsetEvent[] };
type Kept = { key: string; batch: Batch | NamedBatch };

const most_in_batch = 500;
// Two hours of batches at one every two seconds. After that the oldest are dropped and counted.
const most_batches = 3600;

export const random_id = (): string =>
    [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, '0')).join('');

export class EventQueue {
    private batches: Kept[] = [];
    private open: { own_ms: number; run_id: number | null; event: Omit<HeadsetEvent, 'at_ms'> }[] = [];
    private number = 0;
    most_in_batch = most_in_batch;
    acknowledged = 0;
    dropped = 0;
    refused = 0;

    constructor(
        private readonly store: Store | null,
        private readonly prefix = 'lectern.headset',
        private readonly boot_id = random_id(),
        private readonly started_ms = Date.now(),
    ) {
        this.load();
    }

    /** Events that the box has not acknowledged yet. */
    get pending(): number {
        return this.open.length + this.batches.reduce((sum, one) => sum + one.batch.events.length, 0);
    }

    add(own_ms: number, run_id: number | null, event: Omit<HeadsetEvent, 'at_ms'>): void {
        this.open.push({ own_ms, run_id, event });
        if (this.open.length > most_batches * 10) {
            this.open.shift(); // nobody has sealed: the box has never said the time
            this.dropped += 1;
        }
    }

    /** Makes batches of the gathered events, one for each run, in server time. */
    seal(offset_ms: number): void {
        for (let first = this.open[0]; first; first = this.open[0]) {
            const { run_id } = first;
            const other = this.open.findIndex((one) => one.run_id !== run_id);
            const size = Math.min(other < 0 ? this.open.length : other, this.most_in_batch);
            const events = this.open.splice(0, size).map(({ own_ms, event }) => ({
                ...event,
                at_ms: Math.round(own_ms + offset_ms),
            }));
            const run = run_id === null ? {} : { run_id };
            this.keep({ boot_id: this.boot_id, number: ++this.number, ...run, events });
        }
        while (this.batches.length > most_batches) {
            const [gone] = this.batches;
            if (gone) this.dropped += this.take_out(gone);
        }
    }

    /** The oldest batch: what to send now. */
    get oldest(): Batch | NamedBatch | undefined {
        return this.batches[0]?.batch;
    }

    acknowledge(batch: Batch | NamedBatch): void {
        this.acknowledged += this.finish(batch);
    }

    /** The box will never accept this batch. Sending it again would hold up all that come after it. */
    give_up(batch: Batch | NamedBatch): void {
        this.refused += this.finish(batch);
    }

    /** What the welcome says. None of that is sent again. */
    stored(starts: StoredBatches[]): void {
        for (const kept of [...this.batches]) {
            const { batch } = kept;
            if (!('boot_id' in batch)) continue;
            const start = starts.find(({ boot_id }) => boot_id === batch.boot_id);
            if (start && (batch.number <= start.up_to || start.beyond.includes(batch.number)))
                this.acknowledged += this.take_out(kept);
        }
    }

    private finish(batch: Batch | NamedBatch): number {
        const kept = this.batches.find((one) => one.batch === batch);
        return kept ? this.take_out(kept) : 0;
    }

    private take_out(kept: Kept): number {
        this.batches = this.batches.filter((one) => one !== kept);
        this.store?.removeItem(kept.key);
        return kept.batch.events.length;
    }

    private keep(batch: Batch): void {
        const key = `${this.prefix}.batch.${this.started_ms}.${this.boot_id}.${batch.number}`;
        this.batches.push({ key, batch });
        try {
            this.store?.setItem(key, JSON.stringify(batch));
        } catch {
            // Storage is full or off; the batches live as long as the program.
        }
    }

    /// Also batches of another window that is open: whoever sends them, they are stored once.
    private load(): void {
        const { store } = this;
        if (!store) return;
        const found: (Kept & { order: number[] })[] = [];
        for (let index = 0; index < store.length; ++index) {
            const key = store.key(index) ?? '';
            if (!key.startsWith(`${this.prefix}.batch.`)) continue;
            const [started, , number] = key.slice(`${this.prefix}.batch.`.length).split('.');
            const batch = this.read<Batch>(key);
            if (batch) found.push({ key, batch, order: [Number(started), Number(number)] });
        }
        found.sort((a, b) => a.order[0]! - b.order[0]! || a.order[1]! - b.order[1]!);
        const old = `${this.prefix}.batches`;
        const named = (this.read<NamedBatch[]>(old) ?? []).map((batch) => ({ key: old, batch }));
        this.batches = [...named, ...found];
    }

    private read<Type>(key: string): Type | null {
        try {
            return JSON.parse(this.store?.getItem(key) ?? 'null') as Type | null;
        } catch {
            return null; // damaged: nobody can read it any more
        }
    }
}
