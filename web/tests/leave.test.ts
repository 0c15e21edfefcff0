// Leaving a place with unsaved work: it is asked first, whichever way somebody leaves.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { current_path, follow_links, go } from '../src/ui/router.svelte';
import { answer_leave, asked_to_leave, keep_unsaved } from '../src/ui/unsaved.svelte';

describe('unsaved work', () => {
    let is_unsaved: boolean;
    let done: string[];
    let stop: (() => void)[];
    const work = {
        is_unsaved: () => is_unsaved,
        keep: () => done.push('kept') > 0,
        drop: () => {
            done.push('dropped');
            return () => void done.push('back');
        },
    };
    beforeEach(() => {
        window.scrollTo = () => {};
        is_unsaved = false;
        done = [];
        go('/scenarios/1');
        stop = [follow_links(), keep_unsaved(work)];
        is_unsaved = true;
    });
    afterEach(() => stop.forEach((one) => one()));
    const is_asked = () => asked_to_leave() !== null;

    it('keeps its page until somebody means to leave', () => {
        go('/today');
        expect([current_path(), is_asked()]).toEqual(['/scenarios/1', true]);
        answer_leave('stay');
        expect([current_path(), is_asked()]).toEqual(['/scenarios/1', false]);
        document.body.innerHTML = '<a href="/classes">Classes</a>';
        document.querySelector('a')!.click();
        expect([current_path(), is_asked()]).toEqual(['/scenarios/1', true]);
        answer_leave('keep');
        expect([current_path(), location.pathname, is_asked()]).toEqual(['/classes', '/classes', false]);
        expect(done).not.toContain('dropped');
    });

    it('is dropped only when that is said, and can be had back', () => {
        go('/today');
        const undo = answer_leave('drop');
        expect([current_path(), done.at(-1)]).toEqual(['/today', 'dropped']);
        undo();
        expect(done.at(-1)).toBe('back');
    });

    it('is asked about when somebody goes back, and when the window closes', () => {
        history.replaceState(null, '', '/lessons');
        window.dispatchEvent(new PopStateEvent('popstate'));
        expect([current_path(), location.pathname, is_asked()]).toEqual([
            '/scenarios/1',
            '/scenarios/1',
            true,
        ]);
        answer_leave('stay');
        const close = new Event('beforeunload', { cancelable: true });
        window.dispatchEvent(close);
        expect(close.defaultPrevented).toBe(true);
    });

    it('is no hindrance once it is saved', () => {
        is_unsaved = false;
        go('/today');
        expect([current_path(), is_asked()]).toEqual(['/today', false]);
    });
});
