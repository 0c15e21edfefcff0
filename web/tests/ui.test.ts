import { describe, expect, it } from 'vitest';
import { parse_nicknames } from '../src/features/classes/classes';
import { spaced_code } from '../src/features/headsets/headsets';
import { parse_duration } from '../src/features/lessons/lessons';
import { colour_of, strengths } from '../src/features/results/heat';
import { readiness } from '../src/features/today/readiness';
import { clock_text, length_text, number, set_language, t } from '../src/i18n/i18n.svelte';
import { accent_tokens, contrast } from '../src/ui/colour';
import { match } from '../src/ui/router.svelte';
import { device, seat } from './samples';

describe('an organisation’s colour', () => {
    it.each(['#2f6fde', '#ffe600', '#000000', '#ffffff', '#00ff7f', '#7a1020', '#808080'])(
        '%s stays readable',
        (colour) => {
            const tokens = accent_tokens(colour);
            const [light, dark] = [0, 1].map(
                (index) => (name: string) => tokens[name]!.match(/#[0-9a-f]{6}/g)![index]!,
            );
            for (const of of [light!, dark!])
                expect(contrast(of('--accent'), of('--accent-ink'))).toBeGreaterThanOrEqual(4.5);
            for (const ground of ['#ffffff', '#faf8f5', '#f3f0eb', light!('--accent-tint')])
                expect(contrast(light!('--accent-text'), ground)).toBeGreaterThanOrEqual(4.5);
            for (const ground of ['#161412', '#1f1d1a', '#282521', dark!('--accent-tint')])
                expect(contrast(dark!('--accent-text'), ground)).toBeGreaterThanOrEqual(4.5);
        },
    );
});

describe('what people type', () => {
    it.each([
        ['18', 1_080_000],
        ['18:30', 1_110_000],
        ['1:02:05', 3_725_000],
        ['', null],
        ['soon', undefined],
        ['18:99', undefined],
    ])('a length of "%s"', (text, ms) => expect(parse_duration(text)).toBe(ms));

    it('nicknames, one a line or with commas, each once', () =>
        expect(parse_nicknames('Ada\nbo, Chen ;\n\n ada \nDia  Maria')).toEqual([
            'Ada',
            'bo',
            'Chen',
            'Dia Maria',
        ]));

    it('a pairing code is read in two halves', () => expect(spaced_code('042137')).toBe('042 137'));
});

describe('addresses', () => {
    it('give their parts', () => {
        expect(match('/classes/:id', '/classes/7')).toEqual({ id: '7' });
        expect(match('/classes/:id', '/classes/7/')).toEqual({ id: '7' });
        expect(match('/classes', '/lessons')).toBeNull();
        expect(match('/classes/:id', '/classes')).toBeNull();
    });
});

describe('words and numbers', () => {
    it('follow the language', async () => {
        expect(t('class.students', { count: 1 })).toBe('1 student');
        expect(t('class.students', { count: 30 })).toBe('30 students');
        expect(number(12345)).toBe('12,345');
        expect(clock_text(761_000)).toBe('12:41');
        expect(clock_text(3_725_000)).toBe('1:02:05');
        expect(length_text(40_000)).toBe('40 s');
        expect(length_text(3_900_000)).toBe('1 h 5 min');
        await set_language('zh');
        expect(t('class.students', { count: 30 })).toBe('30 名学生');
        expect(document.documentElement.lang).toBe('zh-Hans');
        await set_language('en');
    });
});

describe('a heat map', () => {
    it('is strongest where most looked, and closes around behind', () => {
        const counts = new Array<number>(648).fill(0);
        counts[9 * 36] = 10;
        const soft = strengths({ columns: 36, rows: 18, counts, total: 10 });
        expect(soft[9 * 36]).toBe(1);
        expect(soft[9 * 36 + 35]).toBeGreaterThan(0);
        expect(soft[9 * 36 + 18]).toBe(0);
        expect(colour_of(0)[3]).toBe(0);
        expect(colour_of(1)[3]).toBe(255);
    });

    it('of nothing is empty', () => {
        const soft = strengths({ columns: 36, rows: 18, counts: new Array<number>(648).fill(0), total: 0 });
        expect(Math.max(...soft)).toBe(0);
    });
});

describe('ready to teach', () => {
    it('looks at the chosen room only', () => {
        const here = device({ id: 1 });
        const elsewhere = device({ id: 2, online: false, state: 'offline', battery: 4 });
        const checks = readiness([here, elsewhere], [seat(1, 1, { device_id: 1 })], 1);
        expect(checks.map((check) => check.good)).toEqual([true, true, true]);
        expect(readiness([here, elsewhere], null, null).map((check) => check.good)).toEqual([false, false]);
        expect(readiness([], null, null)[0]?.good).toBe(false);
    });
});
