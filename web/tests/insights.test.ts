// What the page makes of a lesson's record.
import { describe, expect, it } from 'vitest';
import {
    around,
    best_stretch,
    grid_of,
    percent,
    reason_text,
    type Moment,
} from '../src/features/results/insights';

const moment = (position_ms: number, engagement: number | null): Moment => ({
    position_ms,
    students: 3,
    looks: 10,
    interactions: 0,
    engagement,
    agreement: null,
    attention: null,
});

describe('a lesson’s moments', () => {
    it('are added up into one grid', () => {
        const grid = grid_of(4, 2, [
            [0, 2, 5, 1],
            [5, 3],
            [99, 1],
        ]);
        expect(grid.counts).toEqual([2, 0, 0, 0, 0, 4, 0, 0]);
        expect(grid.total).toBe(7);
    });

    it('are taken with their neighbours, as far as there are any', () => {
        expect(around([1, 2, 3, 4], 0)).toEqual([1, 2]);
        expect(around([1, 2, 3, 4], 2)).toEqual([2, 3, 4]);
    });

    it('have a best stretch: the longest near the top', () => {
        const moments = [0.9, 0.2, 0.85, 0.95, 0.9, null, 0.9].map((value, index) =>
            moment(index * 5000, value),
        );
        expect(best_stretch(moments, 'engagement', 5000)).toEqual({
            from_ms: 10_000,
            to_ms: 25_000,
            value: 0.95,
            whole: false,
        });
        expect(best_stretch(moments, 'attention', 5000)).toBeNull();
        expect(best_stretch([], 'engagement', 5000)).toBeNull();
    });

    it('is the whole lesson when no moment stands out', () => {
        const even = [0.97, 1, 0.95, 1].map((share, index) => moment(index * 5000, share));
        expect(best_stretch(even, 'engagement', 5000)).toEqual({
            from_ms: 0,
            to_ms: 20_000,
            value: 1,
            whole: true,
        });
    });
});

describe('a reason to look at somebody', () => {
    it.each([
        [
            { code: 'short_time', value: 40_000, of_class: 900_000 },
            'Took part for 40 s only; half of the class took at least 15 min.',
        ],
        [
            { code: 'low_engagement', value: 0.31, of_class: 0.8 },
            'Engaged 31 % of the time; typical in this class: 80 %.',
        ],
        [{ code: 'events_missing', value: 2, of_class: null }, '2 events are still on the headset.'],
        [{ code: 'low_score', value: 41.5, of_class: 70 }, 'Scored 41.5; typical in this class: 70.'],
    ] as const)('%j', (reason, text) => expect(reason_text(reason)).toBe(text));

    it('a share that nobody knows is a dash', () => expect(percent(null)).toBe('–'));
});
