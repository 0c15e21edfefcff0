// Drafts in the browser: whose they are, how many there are, and when they go.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { erase_drafts, has_drafts, keep_draft, kept_draft } from '../src/ui/kept_drafts';

const draft = (value: string, at = Date.now()) => ({ at, base: '""', value });
const day_ms = 24 * 3600 * 1000;

describe('a draft', () => {
    beforeEach(() => localStorage.clear());

    it('belongs to one person and one thing', () => {
        expect(keep_draft('1/7', 'lesson/3', draft('"mine"'))).toBe(true);
        expect(kept_draft('1/7', 'lesson/3')?.value).toBe('"mine"');
        expect(kept_draft('1/7', 'lesson/33')).toBeNull();
        expect(kept_draft('1/71', 'lesson/3')).toBeNull();
        expect([has_drafts('1/7'), has_drafts('1/71')]).toEqual([true, false]);
    });

    it('goes when its person signs out, and nobody else’s does', () => {
        keep_draft('1/7', 'lesson/3', draft('"mine"'));
        keep_draft('1/8', 'lesson/3', draft('"theirs"'));
        localStorage.setItem('lectern.look', 'dark');
        erase_drafts('1/7');
        expect([has_drafts('1/7'), has_drafts('1/8')]).toEqual([false, true]);
        expect(localStorage.getItem('lectern.look')).toBe('dark');
    });

    it('goes after two weeks', () => {
        keep_draft('1/7', 'lesson/3', draft('"old"', Date.now() - 13 * day_ms));
        expect(has_drafts('1/7')).toBe(true);
        vi.useFakeTimers({ now: Date.now() + 2 * day_ms });
        expect(kept_draft('1/7', 'lesson/3')).toBeNull();
        expect(has_drafts('1/7')).toBe(false);
        expect(localStorage.length).toBe(0);
        vi.useRealTimers();
    });

    it('gives way to newer ones when there are too many, and is refused when it is too long', () => {
        for (let count = 0; count < 31; ++count)
            keep_draft('1/7', `lesson/${count}`, draft('"x"', Date.now() - 1000 + count));
        expect(localStorage.length).toBe(30);
        expect(kept_draft('1/7', 'lesson/0')).toBeNull();
        expect(kept_draft('1/7', 'lesson/30')?.value).toBe('"x"');
        expect(keep_draft('1/7', 'long', draft('x'.repeat(500_000)))).toBe(false);
        expect(kept_draft('1/7', 'lesson/1')?.value).toBe('"x"');
    });

    it('takes the place of older ones when the browser is full, and says when that is not enough', () => {
        keep_draft('1/7', 'lesson/1', draft('"old"'));
        const set = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
            throw new DOMException('full', 'QuotaExceededError');
        });
        expect(keep_draft('1/7', 'lesson/2', draft('"new"'))).toBe(false);
        set.mockRestore();
        expect(kept_draft('1/7', 'lesson/1')).toBeNull();
    });

    it('is not made of what something else left there', () => {
        localStorage.setItem('lectern.draft/1/7/lesson/3', 'no JSON');
        localStorage.setItem('lectern.draft/1/7/lesson/4', '{"at": 1}');
        expect([kept_draft('1/7', 'lesson/3'), kept_draft('1/7', 'lesson/4')]).toEqual([null, null]);
        expect(has_drafts('1/7')).toBe(false);
    });
});
