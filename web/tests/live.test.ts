import { describe, expect, it } from 'vitest';
import { device_of_frame } from '../src/api/pictures';
import { answers_of } from '../src/features/live/answered';
import { truths_of, words_for_retry } from '../src/features/live/command_truth';
import { gaze_words, peak_of, shares_of } from '../src/features/live/gaze_words';
import { needs_of, rows_of } from '../src/features/live/needs';
import {
    bounds_of,
    devices_at,
    fit_text,
    next_seat,
    roomy,
    seats_below,
    seats_for,
} from '../src/features/live/seat_layout';
import {
    counts_of,
    in_sync_count,
    is_finished,
    is_in_sync,
    over_plan_ms,
    position_at,
    standing_of,
} from '../src/features/live/states';
import { Targets } from '../src/features/live/targets.svelte';
import {
    fix_words,
    value_words,
    worst_first,
    type Check,
    type Ready,
} from '../src/features/preflight/preflight';
import type { Command, Help, LiveDevice } from '../src/api/types';
import { command, device, seat, session } from './samples';

const everybody = () => true;
const truths_now = (commands: Command[]) => truths_of(commands, 0, everybody);

describe('the truth of a command', () => {
    it('is that of the newest one of its kind, and quiet when nobody was told', () => {
        expect(truths_now([])).toEqual([]);
        expect(truths_now([command({})])).toEqual([]);
        const newest = command({ done: 27, sent: 1 }, [{ state: 'sent' }], { number: 2, action: 'pause' });
        expect(truths_now([newest, command({ failed: 1 })])).toMatchObject([
            { total: 28, done: 27, pending: 1, missed: [], silent: [] },
        ]);
    });

    it('is one for each kind, and a message does not hide who did not pause', () => {
        const pause = command({ done: 1, failed: 1 }, [{ state: 'failed' }], { number: 1, action: 'pause' });
        const message = command({ done: 2 }, [], { number: 2, action: 'message' as Command['action'] });
        expect(truths_now([pause, message]).map((truth) => truth.kind)).toEqual(['message', 'playback']);
        expect(truths_of([pause, message], 200_000, everybody).map((truth) => truth.kind)).toEqual([
            'playback',
        ]);
    });

    it('counts whoever failed or was too late as missed, by what the server says', () => {
        const [truth] = truths_now([
            command({ done: 1 }, [{ state: 'failed' }, { state: 'expired' }, { state: 'sent' }]),
        ]);
        expect(truth).toMatchObject({ pending: 1, done: 1 });
        expect(truth?.missed.map((answer) => answer.state)).toEqual(['failed', 'expired']);
        expect(words_for_retry(truth!)).toEqual({ key: 'command.missed', parameters: { count: 2 } });
    });

    it('tells silence from failure, and does not speak of headsets that are offline', () => {
        const asked = command({ done: 1 }, [
            { device_id: 1, state: 'sent' },
            { device_id: 2, state: 'received' },
        ]);
        const is_online = (device: number) => device === 1;
        expect(truths_of([asked], 1000, is_online)).toMatchObject([
            { total: 2, done: 1, pending: 1, silent: [] },
        ]);
        const [late] = truths_of([asked], 5000, is_online);
        expect(late).toMatchObject({ pending: 0, missed: [], silent: [{ device_id: 1, state: 'sent' }] });
        expect(words_for_retry(late!)).toEqual({ key: 'command.silent', parameters: { count: 1 } });
    });
});

describe('needs you', () => {
    it.each([
        ['nothing while all is in order', device(), [], []],
        ['help asked for', device({ state: 'needs_help' }), [], ['asks']],
        [
            'silence, whatever else is wrong',
            device({ online: false, state: 'offline', battery: 3 }),
            [],
            ['offline'],
        ],
        [
            'a command not followed',
            device(),
            truths_now([command({ failed: 1 }, [{ device_id: 1, error: 'no file' }])]),
            ['not_obeyed'],
        ],
        ['a lesson not started', device({ state: 'ready' }), [], ['not_started']],
        [
            'nobody blamed while the command is on its way',
            device({ state: 'ready' }),
            truths_now([command({ sent: 1 }, [{ state: 'sent' }])]),
            [],
        ],
        ['a low battery', device({ battery: 9 }), [], ['battery']],
        ['no low battery on the charger', device({ battery: 9, charging: true }), [], []],
        ['slow Wi-Fi', device({ round_trip_ms: 180 }), [], ['slow']],
        ['a headset off time, either way', device({ skew_ms: -70 }), [], ['off_time']],
    ] as const)('says %s', (_words, one, truths, reasons) => {
        expect(needs_of([one], session(), [...truths]).map((need) => need.reason)).toEqual(reasons);
    });

    it('puts the most urgent first and offers a retry only to who can hear it', () => {
        const truths = truths_now([command({ failed: 2 }, [{ device_id: 2 }, { device_id: 3 }])]);
        const needs = needs_of(
            [
                device({ id: 1, battery: 5 }),
                device({ id: 2, name: 'B' }),
                device({ id: 3, name: 'C', online: false, state: 'offline' }),
            ],
            session(),
            truths,
        );
        expect(needs.map((need) => [need.device.id, need.remedy])).toEqual([
            [2, 'retry'],
            [3, null],
            [1, null],
        ]);
    });
});

describe('one cause', () => {
    const silent = (count: number) =>
        Array.from({ length: count }, (_, index) =>
            device({ id: 10 + index, name: `H-${index}`, online: false, state: 'offline' }),
        );
    const rows = (devices: LiveDevice[]) =>
        rows_of(needs_of(devices, session(), []), devices.length).map((row) => [
            row.reason,
            row.needs.length,
        ]);

    it('is one row, however many it concerns, below who feels unwell', () => {
        expect(rows(silent(30))).toEqual([['offline', 30]]);
        const others = [device({ id: 1, battery: 5 }), device({ id: 2, unwell_ms: 3 })];
        expect(rows([...others, ...silent(20)])).toEqual([
            ['unwell', 1],
            ['offline', 20],
            ['battery', 1],
        ]);
    });

    it('is not made up from a few of many', () => {
        const class_of_30 = [...Array.from({ length: 26 }, (_, index) => device({ id: 100 + index }))];
        expect(rows([...class_of_30, ...silent(4)])).toEqual(Array(4).fill(['offline', 1]));
        expect(rows(silent(2))).toEqual(Array(2).fill(['offline', 1]));
    });
});

describe('a raised hand', () => {
    it('stands beside what its owner does, and hides nothing', () => {
        const hand = { question: '', raised_ms: 5 };
        expect(standing_of(device({ hand }))).toBe('playing');
        expect(standing_of(device({ hand, online: false }))).toBe('offline');
        expect(counts_of([device({ hand }), device({ id: 2, hand, state: 'paused' })])).toEqual([
            { state: 'playing', count: 1 },
            { state: 'paused', count: 1 },
            { state: 'hand', count: 2 },
        ]);
    });
});

describe('the server’s ranking', () => {
    const help = (reason: Help['reason'], action: Help['action']): Help => ({
        device_id: 1,
        name: 'DPVR-01',
        person: null,
        reason,
        since_ms: 5,
        value: null,
        threshold: null,
        unit: '',
        action,
        question: '',
        number: null,
    });

    it('counts before what the page finds, with the action that it proposes', () => {
        const needs = needs_of([device({ battery: 5 })], session(), [], [help('looking_away', 'look')]);
        expect(needs).toMatchObject([{ reason: 'looking_away', remedy: 'look', since_ms: 5 }]);
    });

    it('puts who feels unwell before everybody, then hands by how long they are up', () => {
        const hand = (id: number, raised_ms: number) => device({ id, hand: { question: '', raised_ms } });
        const needs = needs_of([hand(1, 20), hand(2, 10), device({ id: 3, unwell_ms: 30 })], session(), []);
        expect(needs.map((need) => [need.device.id, need.reason, need.remedy])).toEqual([
            [3, 'unwell', 'lower'],
            [2, 'hand', 'lower'],
            [1, 'hand', 'lower'],
        ]);
    });

    it('is silent about a retry that is no longer owed', () => {
        expect(needs_of([device()], session(), [], [help('failed', 'retry')])).toEqual([]);
    });
});

describe('the position', () => {
    it('moves while the lesson runs, stands while it is paused, and ends with it', () => {
        expect(position_at(session(), 11_000)).toBe(10_000);
        const paused = session({ state: 'paused', position_ms: 5000, finishes_ms: null, ends_ms: null });
        expect(position_at(paused, 11_000)).toBe(5000);
        expect(position_at(session(), 500_000)).toBe(60_000);
        const open = session({ lessons: [], finishes_ms: null, ends_ms: null });
        expect(position_at(open, 500_000)).toBe(499_000);
        expect(position_at(session(), 500)).toBe(0);
    });

    it('is in sync where the state and the time are right', () => {
        const now_ms = 11_000;
        expect(is_in_sync(device(), session(), now_ms)).toBe(true);
        expect(is_in_sync(device({ state: 'paused' }), session(), now_ms)).toBe(false);
        expect(is_in_sync(device({ skew_ms: 80 }), session(), now_ms)).toBe(false);
        expect(is_in_sync(device({ online: false }), session(), now_ms)).toBe(false);
    });
});

describe('the end of a lesson', () => {
    const finished_ms = 61_000; // of the sample
    const done = device({ state: 'finished', skew_ms: null, position_ms: 60_000 });
    const put_down = device({ id: 2, online: false, state: 'offline', last_seen_ms: 50_000 });

    it('is reached at a moment that the server names', () => {
        expect(is_finished(session(), finished_ms - 1)).toBe(false);
        expect(is_finished(session(), finished_ms)).toBe(true);
        expect(is_finished(session({ finishes_ms: null }), 9e9)).toBe(false);
    });

    it('leaves nobody out of sync but who still plays', () => {
        const plays = device({ id: 3, position_ms: 40_000 });
        const away = device({ id: 4, state: 'away' });
        expect(in_sync_count([done, put_down, away], session(), finished_ms)).toBe(3);
        expect(in_sync_count([done, put_down, plays], session(), finished_ms)).toBe(2);
        expect(in_sync_count([done, put_down], session(), finished_ms - 1)).toBe(0);
    });

    it('asks for nobody who has put the headset down, but for who feels unwell', () => {
        const reasons = (...devices: LiveDevice[]) =>
            needs_of(devices, session(), [], [], true).map((need) => need.reason);
        expect(reasons(done, put_down)).toEqual([]);
        expect(reasons(done, device({ id: 5, unwell_ms: 3 }))).toEqual(['unwell']);
    });

    it('is only a plan for an app, whose position goes on', () => {
        const app = session({ finishes_ms: null, ends_ms: null });
        expect(position_at(app, 91_000)).toBe(90_000);
        expect(over_plan_ms(app, 90_000)).toBe(30_000);
        expect(over_plan_ms(app, 50_000)).toBe(0);
        expect(over_plan_ms(session({ lessons: [] }), 90_000)).toBe(0);
    });
});

describe('seats', () => {
    const seats = [seat(1, 1), seat(1, 2), seat(2, 1), seat(2, 2)];

    it('are neighbours in the direction of the arrow', () => {
        expect(next_seat(seats, seats[0]!, 'right')?.id).toBe(102);
        expect(next_seat(seats, seats[0]!, 'down')?.id).toBe(201);
        expect(next_seat(seats, seats[3]!, 'up')?.id).toBe(102);
        expect(next_seat(seats, seats[0]!, 'left')).toBeNull();
    });

    it('lie within the drawing', () => {
        expect(bounds_of(seats)).toEqual({ x: -7, y: -7, width: 84, height: 84 });
        expect(bounds_of([]).width).toBeGreaterThan(0);
    });

    it('are made up in rows where a session has no room', () => {
        const made = seats_for([device({ id: 10, name: 'H-10' }), device({ id: 9, name: 'H-9' })], 1);
        expect(made.map((one) => [one.device_id, one.row])).toEqual([
            [9, 1],
            [10, 2],
        ]);
    });

    it('cut a long name and keep a short one', () => {
        const measure = (text: string) => [...text].length;
        expect(fit_text('Ada', 5, measure)).toBe('Ada');
        expect(fit_text('Bartholomew', 5, measure)).toBe('Bart…');
        expect(fit_text('欧阳娜娜同学', 3, measure)).toBe('欧阳…');
    });
});

describe('where somebody looks', () => {
    it.each([
        [0, 0, 'gaze.ahead'],
        [30, 30, 'gaze.ahead_up'],
        [-30, -30, 'gaze.ahead_down'],
        [-90, 0, 'gaze.left'],
        [90, 0, 'gaze.right'],
        [180, 0, 'gaze.behind'],
        [-190, 0, 'gaze.behind'],
        [100, 80, 'gaze.up'],
        [0, -80, 'gaze.down'],
        [450, 0, 'gaze.right'],
    ])('%i°, %i° is %s', (yaw_deg, pitch_deg, words) =>
        expect(gaze_words({ yaw_deg, pitch_deg })).toBe(words),
    );

    it('is found in a histogram', () => {
        const grid = { columns: 36, rows: 18, counts: new Array<number>(648).fill(0), total: 4 };
        expect(peak_of(grid)).toBeNull();
        grid.counts[8 * 36 + 27] = 3;
        grid.counts[8 * 36] = 1;
        expect(peak_of(grid)).toEqual({ yaw_deg: 95, pitch_deg: 5 });
        expect(shares_of(grid)).toEqual([
            { words: 'gaze.right', share: 0.75 },
            { words: 'gaze.behind', share: 0.25 },
        ]);
    });
});

describe('who is at a seat', () => {
    const ada = device({ id: 1, person: { id: 100, nickname: 'Ada' } });
    const bo = device({ id: 2, person: { id: 101, nickname: 'Bo' } });

    it('is the headset that belongs there, or the one that the seat’s student wears', () => {
        const at = devices_at(
            [seat(1, 1, { device_id: 2 }), seat(1, 2, { person: { id: 100, nickname: 'Ada' } })],
            [ada, bo],
        );
        expect([at.get(101)?.id, at.get(102)?.id]).toEqual([2, 1]);
    });

    it('is one headset at one seat only', () => {
        const seats = [seat(1, 1, { device_id: 1 }), seat(1, 2, { person: { id: 100, nickname: 'Ada' } })];
        expect([...devices_at(seats, [ada]).keys()]).toEqual([101]);
    });

    it('and who has none is shown below the room', () => {
        const below = seats_below([seat(1, 1), seat(1, 2)], [bo]);
        expect(below.map((one) => [one.row, one.device_id, one.y > 30])).toEqual([[2, 2, true]]);
        expect(seats_below([], [bo])).toHaveLength(1);
    });
});

describe('whom an order is for', () => {
    it('is everybody, until somebody is chosen, and everybody again', () => {
        const targets = new Targets();
        expect([targets.everybody, targets.device_ids]).toEqual([true, undefined]);
        targets.toggle(3);
        targets.toggle(4);
        targets.toggle(3);
        expect([targets.choosing, targets.device_ids]).toEqual([true, [4]]);
        targets.choose([1, 2]);
        expect(targets.device_ids).toEqual([1, 2]);
        targets.clear();
        expect([targets.everybody, targets.choosing]).toEqual([true, false]);
    });
});

describe('one headset’s answers', () => {
    it('are what it has not done of the newest of each kind', () => {
        const pause = command({ sent: 1 }, [{ device_id: 1, state: 'received' }], {
            number: 4,
            action: 'pause',
        });
        const play = command({ sent: 1 }, [{ device_id: 1, state: 'failed' }], { number: 3 });
        expect(answers_of([play, pause], 1)).toMatchObject([
            { number: 4, words: 'Pause', state: 'received' },
        ]);
        expect(answers_of([play, pause], 2)).toEqual([]);
    });
});

describe('a picture', () => {
    it('says whose it is', () => {
        const frame = new Uint8Array(12);
        frame[0] = 1;
        frame[8] = 7;
        frame[7] = 1;
        expect(device_of_frame(frame.buffer)).toBe(263);
        frame[0] = 2;
        expect(device_of_frame(frame.buffer)).toBeNull();
        expect(device_of_frame(new ArrayBuffer(9))).toBeNull();
    });
});

describe('two seats', () => {
    it('are not drawn as large as a room', () =>
        expect(roomy({ x: 0, y: 0, width: 80, height: 40 })).toEqual({
            x: -70,
            y: -40,
            width: 220,
            height: 120,
        }));
});

describe('the board before a lesson', () => {
    const check = (change: Partial<Check>): Check => ({
        name: 'battery',
        good: true,
        value: '80',
        wanted: '40',
        unit: 'percent',
        fix: null,
        ...change,
    });
    const ready = (name: string, ...goods: boolean[]): Ready => ({
        device_id: 1,
        name,
        online: true,
        person: null,
        ready: goods.every(Boolean),
        checks: goods.map((good) => check({ good })),
    });

    it('puts first who needs most', () => {
        const order = worst_first([
            ready('H-10', true),
            ready('H-9', true),
            ready('H-2', false, false),
            ready('H-3', false),
        ]);
        expect(order.map((one) => one.name)).toEqual(['H-2', 'H-3', 'H-9', 'H-10']);
    });

    it('speaks of percent, gigabytes and what to do', () => {
        expect(value_words(check({}))).toBe('80 %');
        expect(value_words(check({ name: 'storage', value: '48318382080', unit: 'bytes' }))).toBe('48 GB');
        expect(value_words(check({ name: 'signed_in', value: 'ada', unit: 'person' }))).toBe('');
        expect(fix_words(check({ good: false, fix: 'charge' }), 'H-2')).toContain(
            'H-2 on the charger until it has 40 %',
        );
    });
});
