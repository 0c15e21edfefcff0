// What is in a lesson that runs now, and lists that come page by page.
import { describe, expect, it } from 'vitest';
import { every_page } from '../src/api/every_page';
import { lessons_with } from '../src/features/live/running';
import { device, session } from './samples';

describe('what runs', () => {
    const sessions = [
        session({ id: 1, state: 'running', class_id: 7 }),
        session({ id: 2, state: 'paused', class_id: 8 }),
        session({ id: 3, state: 'stopped', class_id: 7 }),
        session({ id: 4, state: 'created', class_id: 7 }),
    ];
    const headsets = [device({ id: 11, session_id: 1 }), device({ id: 12, session_id: 2 })];
    const organisation = {
        all: (kind: 'session/' | 'device/') => (kind === 'session/' ? sessions : headsets) as never,
    };
    const ids = (uses: Parameters<typeof lessons_with>[1]) =>
        lessons_with(organisation, uses).map(({ id }) => id);

    it('is what runs or stands still, not what is over or has not begun', () => {
        expect(ids(() => true)).toEqual([1, 2]);
        expect(ids(({ class_id }) => class_id === 7)).toEqual([1]);
    });

    it('knows which headsets are in it', () => {
        expect(ids((_, inside) => inside.some(({ id }) => id === 12))).toEqual([2]);
    });
});

describe('a list page by page', () => {
    it('is asked for until there is no more', async () => {
        const asked: unknown[] = [];
        const all = await every_page(({ cursor }) => {
            asked.push(cursor);
            return Promise.resolve(cursor ? { items: [3], next: null } : { items: [1, 2], next: 'two' });
        });
        expect(all).toEqual([1, 2, 3]);
        expect(asked).toEqual([undefined, 'two']);
    });
});
