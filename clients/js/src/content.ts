// Videos and apps that the teacher has headsets fetch beforehand: one after the other, in pieces, going on
// where a break left it, and checked by SHA-256.
import type { Headset } from './headset.js';
import { after_answer, next_range } from './rules.js';
import type { FetchItem, FetchList, Fields } from './types.js';

const most_piece = 1 << 20;
const most_wanted = 1000;
const again_ms = 1000;
const report_every_ms = 1000;

/** Where content is kept, by its SHA-256. `FolderContent` of lectern-headset/node is one. */
export interface ContentStore {
    /** What is complete and checked. */
    whole(): Promise<{ sha256: string; size: number }[]>;
    /** How much of it has arrived. */
    have(sha256: string): Promise<number>;
    append(sha256: string, bytes: Uint8Array): Promise<void>;
    /** Throws away what has arrived. */
    clear(sha256: string): Promise<void>;
    /** Whether what has arrived has this SHA-256; if so it is whole from now on. */
    finish(sha256: string): Promise<boolean>;
    /** Makes room for so many bytes, if need be by deleting what is not `wanted`. */
    make_room(bytes: number, wanted: string[]): Promise<boolean>;
    /** Remembers which address is which content. */
    name(addresses: Record<string, string>): Promise<void>;
}

export class Content {
    private wanted: FetchItem[] = [];
    private piece_bytes = most_piece;
    private is_running = false;
    private is_stopped = false;
    private report_at = 0;
    private lists = 0; // so many have come

    constructor(
        private readonly headset: Headset,
        private readonly box: string,
        private readonly token: string,
        private readonly store: ContentStore,
    ) {}

    stop(): void {
        this.is_stopped = true;
        this.wanted = [];
    }

    /** Call it when the headset is connected: tells the box all that is here. It answers what to fetch. */
    async welcome(): Promise<void> {
        const items = (await this.store.whole()).map(({ sha256, size }) => ({
            sha256,
            state: 'whole',
            received_bytes: size,
        }));
        const before = this.lists;
        const answer = await this.headset.ask<FetchList>('content.report', { items, complete: true });
        // A list that came meanwhile is newer than the answer, which may have been made before it.
        if (this.lists === before) this.take(answer);
    }

    /** Call it on `content_wanted`. Replaces what was wanted before. */
    take({ piece_bytes, items }: FetchList): void {
        if (this.is_stopped) return;
        this.lists += 1;
        this.piece_bytes = Math.max(1, Math.min(most_piece, piece_bytes));
        this.wanted = items.filter(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256)).slice(0, most_wanted);
        // Without it the next content.fetch names everything again.
        const names = Object.fromEntries(this.wanted.map(({ url, sha256 }) => [url, sha256]));
        this.store.name(names).catch(() => {});
        void this.run();
    }

    private async run(): Promise<void> {
        if (this.is_running) return;
        this.is_running = true;
        for (let item = this.wanted[0]; item; item = this.wanted[0]) {
            const { sha256 } = item;
            const has_ended = await this.fetch(item).catch(() => false); // the Wi-Fi: what has come is kept
            if (has_ended) this.wanted = this.wanted.filter((one) => one.sha256 !== sha256);
            else await new Promise((then) => setTimeout(then, again_ms));
        }
        this.is_running = false;
    }

    private is_wanted({ sha256 }: FetchItem): boolean {
        return this.wanted.some((one) => one.sha256 === sha256);
    }

    /** Whether it has ended, well or not. */
    private async fetch(item: FetchItem): Promise<boolean> {
        const { sha256, size } = item;
        if ((await this.store.whole()).some((one) => one.sha256 === sha256))
            return this.end(item, 'whole', size);
        if ((await this.store.have(sha256)) > size) await this.store.clear(sha256);
        const wanted = this.wanted.map((one) => one.sha256);
        if (!(await this.store.make_room(size - (await this.store.have(sha256)), wanted)))
            return this.end(item, 'failed', await this.store.have(sha256), 'no space left');
        for (let have = await this.store.have(sha256); have < size; have = await this.store.have(sha256)) {
            if (!this.is_wanted(item)) return false;
            const status = await this.fetch_piece(item, have);
            if (status === null) return false;
            if (status !== 200 && status !== 206)
                return this.end(item, 'failed', have, `the box answers ${status}`);
            this.report(item, await this.store.have(sha256));
        }
        if (await this.store.finish(sha256)) return this.end(item, 'whole', size);
        await this.store.clear(sha256);
        return this.end(item, 'failed', 0, 'the SHA-256 is another one');
    }

    /** The status of HTTP; null: try again later. */
    private async fetch_piece({ url, sha256, size }: FetchItem, have: number): Promise<number | null> {
        const base = this.box.replace(/\/$/, '');
        const target = url.startsWith('/') ? base + url : url;
        const is_own = new URL(target).origin === new URL(base).origin; // the token goes nowhere else
        const answer = await fetch(target, {
            headers: {
                range: next_range(size, have, this.piece_bytes) ?? '',
                ...(is_own ? { authorization: `Bearer ${this.token}` } : {}),
            },
        });
        const then = after_answer(answer.status, answer.headers.get('content-range'), have);
        if (then === 'later' || then === 'failed') {
            await answer.body?.cancel();
            return then === 'failed' ? answer.status : null;
        }
        if (then === 'restart') await this.store.clear(sha256);
        const reader = answer.body?.getReader();
        let all = then === 'restart' ? 0 : have;
        for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
            all += read.value.length;
            if (all > size) throw new Error('the box sends more than there is');
            await this.store.append(sha256, read.value);
        }
        return all > have || then === 'restart' ? answer.status : null;
    }

    private end(item: FetchItem, state: string, received_bytes: number, error?: string): true {
        this.say({ sha256: item.sha256, state, received_bytes, ...(error ? { error } : {}) });
        return true;
    }

    private report({ sha256, size }: FetchItem, received_bytes: number): void {
        if (Date.now() < this.report_at || received_bytes >= size) return;
        this.report_at = Date.now() + report_every_ms;
        this.say({ sha256, state: 'fetching', received_bytes });
    }

    private say(item: Fields): void {
        this.headset.tell('content.report', { items: [item] }).catch(() => {});
    }
}
