// A page that outlives an update of the box: it learns of it, lets people finish, and reloads once.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const page_of = (script: string) => `<!doctype html><script type="module" src="${script}"></script>`;

describe('a page whose box was updated', () => {
    let served: string | null;
    let version: typeof import('../src/ui/page_version.svelte').page_version;
    let unsaved: typeof import('../src/ui/unsaved.svelte');
    let reloads: number;
    beforeEach(async () => {
        vi.useFakeTimers();
        vi.resetModules();
        sessionStorage.clear();
        document.head.innerHTML = '<script type="module" src="/assets/index-old.js"></script>';
        document.body.innerHTML = '';
        served = page_of('/assets/index-new.js');
        vi.stubGlobal('fetch', () =>
            served === null ? Promise.reject(new Error('gone')) : Promise.resolve(new Response(served)),
        );
        ({ page_version: version } = await import('../src/ui/page_version.svelte'));
        unsaved = await import('../src/ui/unsaved.svelte');
        reloads = 0;
        version.reload = () => void ++reloads;
    });
    afterEach(() => {
        vi.useRealTimers();
        vi.unstubAllGlobals();
    });

    it('is not outdated while the box serves the same page, or none', async () => {
        served = page_of('/assets/index-old.js');
        await version.check();
        served = null;
        await version.check();
        served = 'a proxy’s page';
        await version.check();
        expect(version.outdated).toBe(false);
    });

    it('reloads when nobody is in the middle of something', async () => {
        document.body.innerHTML = '<input type="text" value="18:" /><textarea></textarea>';
        await version.check();
        expect(version.outdated).toBe(true);
        vi.advanceTimersByTime(60_000);
        expect(reloads).toBe(0);
        document.querySelector('input')!.value = '';
        const stop = unsaved.keep_unsaved({
            is_unsaved: () => true,
            keep: () => true,
            drop: () => () => {},
        });
        vi.advanceTimersByTime(60_000);
        expect(reloads).toBe(0);
        stop();
        vi.advanceTimersByTime(60_000);
        expect(reloads).toBe(1);
    });

    it('reloads once only, even if it is still served as it was', async () => {
        sessionStorage.setItem('lectern.reloaded_for', '/assets/index-new.js');
        await version.check();
        vi.advanceTimersByTime(60_000);
        expect([version.outdated, reloads]).toEqual([true, 0]);
    });
});

describe('every part that is loaded when it is needed', () => {
    const sources = Object.entries(
        import.meta.glob('../src/**/*.svelte', { query: '?raw', import: 'default', eager: true }),
    ).map(([name, text]) => ({ name, text: text as string }));

    it('says so when it is not there', () => {
        for (const { name, text } of sources)
            for (const [part] of text.matchAll(/\{#await import\(.*?\{\/await\}/gs))
                expect(part.includes('{:catch}'), `${name}: ${part.slice(0, 60)}`).toBe(true);
        expect(sources.some(({ text }) => text.includes('{#await import('))).toBe(true);
    });
});
