// A list that arrives page by page: the first at once, more when asked.
import { problem_text } from './problem_text';

export type PageOf<Item> = { items: Item[]; next?: string | null };

export class Listed<Item> {
    items: Item[] = $state.raw([]);
    next: string | null = $state(null);
    loaded = $state(false);
    busy = $state(false);
    fault = $state('');
    private asked = 0;

    constructor(private readonly ask: (cursor?: string) => Promise<PageOf<Item>>) {}

    load(): Promise<void> {
        return this.fetch(undefined);
    }

    async more(): Promise<void> {
        if (this.next && !this.busy) await this.fetch(this.next);
    }

    private async fetch(cursor: string | undefined): Promise<void> {
        const mine = ++this.asked;
        this.busy = true;
        try {
            const page = await this.ask(cursor);
            if (mine !== this.asked) return;
            this.items = cursor ? [...this.items, ...page.items] : page.items;
            this.next = page.next ?? null;
            this.loaded = true;
            this.fault = '';
        } catch (error) {
            if (mine === this.asked) this.fault = problem_text(error);
        } finally {
            if (mine === this.asked) this.busy = false;
        }
    }
}
