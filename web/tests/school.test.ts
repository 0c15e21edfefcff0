// Rules of the school: a room's layout, a course's order, uploads, the box's troubles, spreadsheets.
import { describe, expect, it } from 'vitest';
import { clock_difference_ms, troubles_of } from '../src/features/admin/box';
import { day_range, target_text } from '../src/features/admin/audit';
import type { System } from '../src/features/admin/system';
import { base64, metadata_of, title_of_file } from '../src/features/content/upload.svelte';
import { shift_lesson, shifted, type Outline } from '../src/features/courses/courses';
import { browser_words } from '../src/features/people/people';
import {
    add_row,
    add_seat,
    add_type,
    draft_of,
    layout_of,
    move,
    number_anew,
    overlapping,
    remove,
    rotate,
    set_type,
    toggle_maintenance,
    type Draft,
} from '../src/features/rooms/draft';
import { DraftHistory } from '../src/features/rooms/draft_history.svelte';
import { bytes_text } from '../src/i18n/i18n.svelte';
import { csv_of } from '../src/ui/download';
import { seat } from './samples';
import { due, is_on, type Occurrence } from '../src/features/timetable/timetable';

const empty: Draft = { seats: [], types: [{ id: 1, name: 'Standard' }], next_key: 1 };
const key_of = (draft: Draft, index: number) => new Set([draft.seats[index]!.key]);

describe('a room’s layout', () => {
    const start = draft_of([seat(1, 1), seat(1, 2)]);

    it('grows seat by seat and row by row', () => {
        let draft = add_seat(add_seat(empty));
        expect(draft.seats.map(({ row, place, x, y }) => [row, place, x, y])).toEqual([
            [1, 1, 0, 0],
            [1, 2, 40, 0],
        ]);
        draft = add_row(add_row(draft));
        expect(draft.seats.slice(4).map(({ row, place, x, y }) => [row, place, x, y])).toEqual([
            [3, 1, 0, 80],
            [3, 2, 40, 80],
        ]);
        expect(new Set(draft.seats.map((one) => one.key)).size).toBe(6);
    });

    it('finds room beside a seat whose neighbours stand there', () => {
        const draft = add_seat(start, start.seats[0]);
        expect(draft.seats[2]).toMatchObject({ id: null, row: 1, place: 3, x: 80, y: 0 });
        expect(overlapping(draft).size).toBe(0);
    });

    it('says which seats stand on one another', () => {
        expect(overlapping(move(start, key_of(start, 0), 20, 0))).toEqual(new Set([1, 2]));
    });

    it('moves, turns, retypes and takes out of use what is chosen, and nothing else', () => {
        const keys = key_of(start, 1);
        const draft = toggle_maintenance(
            set_type(add_type(rotate(move(start, keys, 10, -10), keys, -15), 'Desk'), keys, 'Desk'),
            keys,
        );
        expect(draft.seats[0]).toEqual(start.seats[0]);
        expect(draft.seats[1]).toMatchObject({
            x: 50,
            y: -10,
            rotation: 345,
            seat_type: 'Desk',
            maintenance: true,
        });
        expect(toggle_maintenance(draft, new Set([1, 2])).seats.map((one) => one.maintenance)).toEqual([
            true,
            true,
        ]);
    });

    it('is numbered by where seats stand, though they are not quite in line', () => {
        const draft = number_anew(
            draft_of([seat(9, 9, { x: 45, y: 4 }), seat(3, 3, { x: 0, y: 0 }), seat(5, 5, { x: 20, y: 50 })]),
        );
        expect(draft.seats.map(({ row, place }) => [row, place])).toEqual([
            [1, 2],
            [1, 1],
            [2, 1],
        ]);
    });

    it('is sent with nothing left of zero, keeping the ids of what was there', () => {
        const layout = layout_of(add_seat(move(start, key_of(start, 0), -50, -30), start.seats[1]));
        expect(Math.min(...layout.seats.map((one) => one.x))).toBe(0);
        expect(Math.min(...layout.seats.map((one) => one.y))).toBe(0);
        expect(layout.seats.map((one) => one.id)).toEqual([101, 102, undefined]);
        expect(layout.seat_types).toEqual([{ id: 1, name: 'Standard' }]);
    });

    it('goes back and forth', () => {
        const history = new DraftHistory(start);
        history.do(remove(start, key_of(start, 0)));
        history.do(move(history.current, new Set([2]), 10, 0));
        history.do(move(history.current, new Set([2]), 10, 0), true);
        expect(history.current.seats).toHaveLength(1);
        history.undo();
        expect(history.current.seats[0]!.x).toBe(40);
        history.undo();
        expect(history.current).toBe(start);
        expect(history.can_undo).toBe(false);
        history.redo();
        history.redo();
        expect(history.current.seats[0]!.x).toBe(60);
    });
});

describe('a course’s order', () => {
    const lesson = (id: number) => ({ id, title: `L${id}` }) as never;
    const outline: Outline = [
        { key: 1, id: 1, title: 'A', lessons: [lesson(1), lesson(2)] },
        { key: 2, id: 2, title: 'B', lessons: [lesson(3)] },
    ];
    const ids = (of: Outline) => of.map((module) => module.lessons.map((one) => one.id));

    it('changes within a module and over its border', () => {
        expect(ids(shift_lesson(outline, 0, 0, 1))).toEqual([[2, 1], [3]]);
        expect(ids(shift_lesson(outline, 0, 1, 1))).toEqual([[1], [2, 3]]);
        expect(ids(shift_lesson(outline, 1, 0, -1))).toEqual([[1, 2, 3], []]);
        expect(shift_lesson(outline, 0, 0, -1)).toBe(outline);
        expect(shifted(outline, 1, 1)).toBe(outline);
        expect(shifted(outline, 1, -1).map((one) => one.id)).toEqual([2, 1]);
    });
});

describe('an upload', () => {
    it('says its names in any script', () => {
        expect(base64('reef.mp4')).toBe('cmVlZi5tcDQ=');
        expect(metadata_of({ filename: '珊瑚.mp4' })).toBe('filename 54+K55GaLm1wNA==');
        expect(title_of_file('Coral_reef dive.mp4')).toBe('Coral reef dive');
        expect(title_of_file('.mp4')).toBe('.mp4');
    });
});

describe('what the box needs', () => {
    const now = Date.parse('2026-11-21T08:00:00Z');
    const well: System = {
        version: '1',
        versions: { lectern: '1', schema: 1, sqlite: '3' },
        server_at: '2026-11-21T08:00:00Z',
        clock: { server_ms: now, difference_ms: 0, can_be_set: false },
        addresses: [],
        memory_bytes: 1,
        cpu_ms: 1,
        open_files: 1,
        store: { queue: 0, commit_last_us: 1, wal_bytes: 0, storage_full: false },
        live: { clients: 0, queued_bytes: 0, dropped_clients: 0 },
        network: { connections: 0, sockets: 0, requests: 0, transfers: 0 },
        disk: { database_bytes: 1, free_bytes: 50, total_bytes: 100 },
    };
    const licence = { type: 'school', seats: 10, seats_taken: 1, seats_left: 9, last_day: null };
    const keys = (system: Partial<System>, seats_left = 9) =>
        troubles_of({ ...well, ...system }, { ...licence, seats_left }, now).map((one) => one.key);

    it.each([
        ['nothing', {}, []],
        ['a full disk', { store: { ...well.store, storage_full: true } }, ['box.trouble_full']],
        ['little space', { disk: { ...well.disk, free_bytes: 5 } }, ['box.trouble_space']],
        ['a clock minutes off', { server_at: '2026-11-21T08:05:00Z' }, ['box.trouble_clock']],
    ])('%s', (_, system, expected) => expect(keys(system as Partial<System>)).toEqual(expected));

    it('seats', () => expect(keys({}, 0)).toEqual(['box.trouble_seats']));
    it('the clock’s difference has a sign', () =>
        expect(clock_difference_ms({ ...well, server_at: '2026-11-21T07:59:00Z' }, now)).toBe(-60_000));
});

describe('what is written for others', () => {
    it('a table as spreadsheets read it, and never as a formula', () =>
        expect(
            csv_of(
                ['name', 'n'],
                [
                    ['=1+1', 2],
                    ['a "b", c', null],
                    [-3, 'x\ny'],
                ],
            ),
        ).toBe('name,n\r\n\'=1+1,2\r\n"a ""b"", c",\r\n-3,"x\ny"\r\n'));

    it('sizes', () =>
        expect([0, 999, 64_000, 1_440_000, 3_200_000_000].map(bytes_text)).toEqual([
            '0 B',
            '999 B',
            '64 kB',
            '1.4 MB',
            '3.2 GB',
        ]));

    it('browsers', () => {
        expect(
            browser_words('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36'),
        ).toBe('Chrome, Windows');
        expect(browser_words('curl/8.5')).toBe('curl/8.5');
    });

    it('days, as the moments between which they lie', () => {
        const { from, to } = day_range('2026-03-02', '2026-03-02');
        expect(Date.parse(to!) - Date.parse(from!)).toBe(86_400_000);
        expect(day_range('', '')).toEqual({});
    });

    it('what something was done to', () => {
        expect(target_text('{"room":3,"devices":[1,2]}')).toBe('room 3, devices 1, 2');
        expect(target_text('')).toBe('');
    });
});

describe('what the timetable says is due', () => {
    const slot = (hour: number, class_id = 1): Occurrence => ({
        entry_id: hour,
        class: { id: class_id, name: `${class_id}B` },
        course_id: null,
        lesson: null,
        room_id: null,
        title: '',
        weekly: true,
        starts_at: `2026-09-01T${String(hour).padStart(2, '0')}:00:00.000Z`,
        ends_at: `2026-09-01T${String(hour).padStart(2, '0')}:45:00.000Z`,
    });
    const at = (time: string) => Date.parse(`2026-09-01T${time}:00Z`);
    const at_nine_or = (time: string, mine = new Set<number>()) =>
        due([slot(11), slot(9), slot(9, 2)], at(time), mine);

    it('is what is on, or else what comes next, until school is over', () => {
        expect(at_nine_or('08:00')?.entry_id).toBe(9);
        expect(at_nine_or('09:44')?.entry_id).toBe(9);
        expect(at_nine_or('09:45')?.entry_id).toBe(11);
        expect(at_nine_or('11:45')).toBeNull();
        expect([is_on(slot(9), at('08:59')), is_on(slot(9), at('09:00'))]).toEqual([false, true]);
    });

    it('is one’s own class’s first, of two at one time', () => {
        expect(at_nine_or('09:00')?.class.id).toBe(1);
        expect(at_nine_or('09:00', new Set([2]))?.class.id).toBe(2);
    });
});
