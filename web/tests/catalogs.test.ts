// Every word on the page is in every catalog, every catalog entry is used, and no word stands in the source
// itself.
import { parse, type AST } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';
import first from '../src/i18n/en.json';
import more from '../src/i18n/en_more.json';
import zh from '../src/i18n/zh.json';

type Entry = string | { one?: string; other: string };
const en = { ...first, ...more };
const catalogs: Record<string, Record<string, Entry>> = { en, zh };
const files = import.meta.glob<string>('../src/**/*.{ts,svelte}', {
    query: '?raw',
    import: 'default',
    eager: true,
});
const sources = Object.entries(files).map(([path, text]) => ({ path: path.slice(3), text }));

const placeholders = (entry: Entry) => {
    const text = typeof entry === 'string' ? entry : entry.other;
    return [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
};

describe('the catalogs', () => {
    it('have the same keys, and the same blanks to fill in', () => {
        for (const catalog of Object.values(catalogs)) {
            expect(Object.keys(catalog).sort()).toEqual(Object.keys(en).sort());
            for (const [key, entry] of Object.entries(catalog))
                expect([key, placeholders(entry)]).toEqual([
                    key,
                    placeholders((en as Record<string, Entry>)[key]!),
                ]);
        }
    });

    it('hold no key that nobody says', () => {
        const quoted = new Set(
            sources
                .flatMap(({ text }) => [...text.matchAll(/['"`]([a-z_]+\.[a-z0-9_]+)['"`]/g)])
                .map((found) => found[1]),
        );
        expect(Object.keys(en).filter((key) => !quoted.has(key))).toEqual([]);
    });

    it('hold every key that somebody says', () => {
        const said = sources.flatMap(({ path, text }) =>
            [...text.matchAll(/\bt\(\s*['"]([^'"]+)['"]/g)].map((found) => `${path}: ${found[1]}`),
        );
        expect(said.filter((one) => !(one.split(': ')[1]! in en))).toEqual([]);
    });
});

/// The files that a page loads at once when it begins with this one. What a place waits for with `await
/// import` inside its markup counts too: nothing there waits for words.
function loaded_with(entry: string): Set<string> {
    const loaded = new Set<string>();
    const texts = new Map(sources.map(({ path, text }) => [path, text]));
    const follow = (path: string) => {
        const text = texts.get(path);
        if (text === undefined || loaded.has(path)) return;
        loaded.add(path);
        const specifiers = [
            ...text.matchAll(/(?:^|\s)(?:import|export)\s(?!type\b)[^;'()]*?from\s*'(\.[^']+)'/g),
            ...text.matchAll(/\bawait import\('(\.[^']+)'\)/g),
        ].map((found) => new URL(found[1] as string, `file:///${path}`).pathname.slice(1));
        for (const one of specifiers) for (const end of ['', '.ts', '.svelte.ts']) follow(one + end);
    };
    follow(entry);
    return loaded;
}

describe('a first visit', () => {
    it('finds its words without loading the rest', () => {
        const loaded = loaded_with('src/main.ts');
        expect(loaded.size).toBeGreaterThan(60);
        const said = sources
            .filter(({ path }) => loaded.has(path))
            .flatMap(({ path, text }) =>
                [...text.matchAll(/['"`]([a-z_]+\.[a-z0-9_]+)['"`]/g)].map((found) => `${path}: ${found[1]}`),
            );
        expect(said.filter((one) => one.split(': ')[1]! in more)).toEqual([]);
    });
});

const spoken = new Set(['aria-label', 'title', 'alt', 'placeholder', 'label', 'hint']);
const letters = /\p{L}{2}/u;

function words_in(node: unknown, found: string[]): void {
    if (Array.isArray(node)) for (const one of node) words_in(one, found);
    else if (node && typeof node === 'object') {
        const typed = node as AST.TemplateNode & { value?: unknown };
        if (typed.type === 'Text' && letters.test(typed.data)) found.push(typed.data.trim());
        if (typed.type === 'StyleDirective') return;
        if (typed.type === 'Attribute') {
            const parts = Array.isArray(typed.value) ? typed.value : [];
            if (spoken.has(typed.name)) words_in(parts, found);
            return;
        }
        for (const [key, value] of Object.entries(typed)) if (key !== 'metadata') words_in(value, found);
    }
}

describe('a component', () => {
    it.each(sources.filter(({ path }) => path.endsWith('.svelte')))(
        '$path speaks through the catalog',
        ({ text }) => {
            const found: string[] = [];
            words_in(parse(text, { modern: true }).fragment, found);
            expect(found).toEqual([]);
        },
    );
});
