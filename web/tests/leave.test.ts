// Leaving a place with unsaved work: it is asked first, whichever way somebody leaves.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer_leave, asked_to_leave, current_path, follow_links, go } from '../src/ui/router.svelte';
import { keep_unsaved } from '../src/ui/unsaved.svelte';

describe('unsaved work', () => {
    let is_unsaved: boolean;
    let stop: (() => void)[];
    beforeEach(() => {
        window.scrollTo = () => {};
        is_unsaved = false;
        go('/scenarios/1');
        stop = [follow_links(), keep_unsaved(() => is_unsaved)];
        is_unsaved = true;
    });
    afterEach(() => stop.forEach((one) => one()));

    it('keeps its page until somebody means to leave', () => {
        go('/today');
        expect([current_path(), asked_to_leave()]).toEqual(['/scenarios/1', '/today']);
        answer_leave(false);
        expect([current_path(), asked_to_leave()]).toEqual(['/scenarios/1', null]);
        document.body.innerHTML = '<a href="/classes">Classes</a>';
        document.querySelector('a')!.click();
        expect([current_path(), asked_to_leave()]).toEqual(['/scenarios/1', '/classes']);
        answer_leave(true);
        expect([current_path(), location.pathname, asked_to_leave()]).toEqual(['/classes', '/classes', null]);
    });

    it('is asked about when somebody goes back, and when the window closes', () => {
        history.replaceState(null, '', '/lessons');
        window.dispatchEvent(new PopStateEvent('popstate'));
        expect([current_path(), location.pathname, asked_to_leave()]).toEqual([
            '/scenarios/1',
            '/scenarios/1',
            '/lessons',
        ]);
        answer_leave(false);
        const close = new Event('beforeunload', { cancelable: true });
        window.dispatchEvent(close);
        expect(close.defaultPrevented).toBe(true);
    });

    it('is no hindrance once it is saved', () => {
        is_unsaved = false;
        go('/today');
        expect([current_path(), asked_to_leave()]).toEqual(['/today', null]);
    });
});
