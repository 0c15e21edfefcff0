// A room's layout while it is edited. Each step replaces the value, so every step can be undone. Seats keep
// their ids, and so keep the people who sit there.
import type { Seat } from '../../api/types';

export const pitch = 40; // distance between seats, as in a room made of rows and places
export const fine = 10; // the grid that dragging snaps to
export const seat_size = 30;
export const most_seats = 400;
export const turn_by = 15;

export type DraftSeat = {
    key: number; // identifies the seat in the editor; a new seat has no id yet
    id: number | null;
    row: number;
    place: number;
    x: number;
    y: number;
    width: number;
    height: number;
    rotation: number;
    seat_type: string;
    maintenance: boolean;
};
export type Draft = { seats: DraftSeat[]; types: { id: number | null; name: string }[]; next_key: number };
export type Keys = ReadonlySet<number>;

export function draft_of(seats: Seat[]): Draft {
    const types = new Map(seats.map((seat) => [seat.seat_type.id, seat.seat_type.name]));
    return {
        seats: seats.map((seat, index) => ({
            key: index + 1,
            id: seat.id,
            row: seat.row,
            place: seat.place,
            x: seat.x,
            y: seat.y,
            width: seat.width,
            height: seat.height,
            rotation: seat.rotation,
            seat_type: seat.seat_type.name,
            maintenance: seat.status === 'maintenance',
        })),
        types: [...types].map(([id, name]) => ({ id, name })),
        next_key: seats.length + 1,
    };
}

function change(draft: Draft, keys: Keys, how: (seat: DraftSeat) => Partial<DraftSeat>): Draft {
    return {
        ...draft,
        seats: draft.seats.map((seat) => (keys.has(seat.key) ? { ...seat, ...how(seat) } : seat)),
    };
}

export function move(draft: Draft, keys: Keys, dx: number, dy: number): Draft {
    return change(draft, keys, (seat) => ({ x: seat.x + dx, y: seat.y + dy }));
}

export function rotate(draft: Draft, keys: Keys, degrees: number): Draft {
    return change(draft, keys, (seat) => ({ rotation: (((seat.rotation + degrees) % 360) + 360) % 360 }));
}

export function set_type(draft: Draft, keys: Keys, name: string): Draft {
    return change(draft, keys, () => ({ seat_type: name }));
}

/// Puts all of them in use or out of use, whichever changes something.
export function toggle_maintenance(draft: Draft, keys: Keys): Draft {
    const all = draft.seats.filter((seat) => keys.has(seat.key)).every((seat) => seat.maintenance);
    return change(draft, keys, () => ({ maintenance: !all }));
}

export function remove(draft: Draft, keys: Keys): Draft {
    return { ...draft, seats: draft.seats.filter((seat) => !keys.has(seat.key)) };
}

export function add_type(draft: Draft, name: string): Draft {
    const clean = name.trim();
    const there = draft.types.some((type) => type.name.toLowerCase() === clean.toLowerCase());
    return clean && !there ? { ...draft, types: [...draft.types, { id: null, name: clean }] } : draft;
}

const covers = (seat: DraftSeat, x: number, y: number) =>
    Math.abs(seat.x - x) < seat_size && Math.abs(seat.y - y) < seat_size;

function new_seat(
    draft: Draft,
    row: number,
    place: number,
    x: number,
    y: number,
    like?: DraftSeat,
): DraftSeat {
    return {
        key: draft.next_key,
        id: null,
        row,
        place,
        x,
        y,
        width: like?.width ?? seat_size,
        height: like?.height ?? seat_size,
        rotation: like?.rotation ?? 0,
        seat_type: like?.seat_type ?? draft.types[0]?.name ?? 'Standard',
        maintenance: false,
    };
}

/// A new seat beside `beside`, or at the end of its row if that space is taken; in an empty room, the first
/// seat.
export function add_seat(draft: Draft, beside?: DraftSeat): Draft {
    if (draft.seats.length >= most_seats) return draft;
    const like = beside ?? draft.seats.at(-1);
    const row = like?.row ?? 1;
    const in_row = draft.seats.filter((seat) => seat.row === row);
    let x = like ? like.x + pitch : 0;
    const y = like?.y ?? 0;
    while (draft.seats.some((seat) => covers(seat, x, y))) x += pitch;
    const place = Math.max(0, ...in_row.map((seat) => seat.place)) + 1;
    const seat = new_seat(draft, row, place, x, y, like);
    return { ...draft, seats: [...draft.seats, seat], next_key: draft.next_key + 1 };
}

/// Adds a row below all others, like the last one.
export function add_row(draft: Draft): Draft {
    const last = Math.max(0, ...draft.seats.map((seat) => seat.row));
    const model = draft.seats.filter((seat) => seat.row === last);
    if (model.length === 0) return add_seat(draft);
    if (draft.seats.length + model.length > most_seats) return draft;
    const lowest = Math.max(...draft.seats.map((seat) => seat.y));
    const top = Math.min(...model.map((seat) => seat.y));
    let next = draft;
    for (const seat of model) {
        const added = new_seat(next, last + 1, seat.place, seat.x, seat.y + lowest - top + pitch, seat);
        next = { ...next, seats: [...next.seats, added], next_key: next.next_key + 1 };
    }
    return next;
}

/// Numbers rows and places by where the seats stand: front to back, left to right.
export function number_anew(draft: Draft): Draft {
    const by_height = [...draft.seats].sort((a, b) => a.y - b.y || a.x - b.x);
    const rows: DraftSeat[][] = [];
    for (const seat of by_height) {
        const row = rows.at(-1);
        if (row && seat.y - (row[0] as DraftSeat).y < pitch / 2) row.push(seat);
        else rows.push([seat]);
    }
    const numbers = new Map<number, { row: number; place: number }>();
    rows.forEach((row, index) =>
        row
            .sort((a, b) => a.x - b.x)
            .forEach((seat, place) => numbers.set(seat.key, { row: index + 1, place: place + 1 })),
    );
    return { ...draft, seats: draft.seats.map((seat) => ({ ...seat, ...numbers.get(seat.key) })) };
}

/// The nearest points of the fine grid.
export function snap(draft: Draft, keys: Keys): Draft {
    const to = (value: number) => Math.round(value / fine) * fine;
    return change(draft, keys, (seat) => ({ x: to(seat.x), y: to(seat.y) }));
}

/// Seats that overlap, so that the page can say so before saving.
export function overlapping(draft: Draft): Set<number> {
    const found = new Set<number>();
    draft.seats.forEach((one, index) => {
        for (const other of draft.seats.slice(index + 1))
            if (covers(one, other.x, other.y)) {
                found.add(one.key);
                found.add(other.key);
            }
    });
    return found;
}

/// The layout as the server accepts it: no coordinate below zero.
export function layout_of(draft: Draft) {
    const left = Math.min(0, ...draft.seats.map((seat) => seat.x));
    const top = Math.min(0, ...draft.seats.map((seat) => seat.y));
    return {
        seat_types: draft.types.map((type) => ({
            ...(type.id === null ? {} : { id: type.id }),
            name: type.name,
        })),
        seats: draft.seats.map((seat) => ({
            ...(seat.id === null ? {} : { id: seat.id }),
            row: seat.row,
            place: seat.place,
            x: seat.x - left,
            y: seat.y - top,
            width: seat.width,
            height: seat.height,
            rotation: seat.rotation,
            seat_type: seat.seat_type,
            status: seat.maintenance ? ('maintenance' as const) : ('vacant' as const),
        })),
    };
}
