// A list that is wanted whole, though the box gives it page by page.
type PageOf<Item> = { items: Item[]; next?: string | null };

/// Asks for one page after the other; `ask` gets the cursor of the next, and none for the first.
export async function every_page<Item>(
    ask: (cursor: { cursor?: string }) => Promise<PageOf<Item>>,
): Promise<Item[]> {
    const all: Item[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
        const page: PageOf<Item> = await ask(cursor ? { cursor } : {});
        all.push(...page.items);
        cursor = page.next ?? null;
    }
    return all;
}
