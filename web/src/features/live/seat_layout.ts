// Where to draw seats, and which seats are neighbours.
import { compare_names } from '../../i18n/i18n.svelte';
import type { LiveDevice, Seat } from '../../api/types';

export type Box = { x: number; y: number; width: number; height: number };
export type Direction = 'up' | 'down' | 'left' | 'right';

/// Draw seats a little larger than the room says: its gaps are for people to walk through, which a picture
/// does not need.
export const swell = 3;
const margin = 4;
const pitch = 40;
export const desk_height = 16;

/// The headset at a seat: the one that belongs there, or the one on which the seat's student is signed in.
export function devices_at(seats: Seat[], devices: LiveDevice[]): Map<number, LiveDevice> {
    const by_id = new Map(devices.map((device) => [device.id, device]));
    const at = new Map<number, LiveDevice>();
    const seated = new Set<number>();
    for (const seat of seats) {
        const device = seat.device_id === null ? undefined : by_id.get(seat.device_id);
        if (!device) continue;
        at.set(seat.id, device);
        seated.add(device.id);
    }
    const by_person = new Map(
        devices.filter((one) => one.person && !seated.has(one.id)).map((one) => [one.person?.id, one]),
    );
    for (const seat of seats) {
        const device = at.has(seat.id) || !seat.person ? undefined : by_person.get(seat.person.id);
        if (device) at.set(seat.id, device);
    }
    return at;
}

export function bounds_of(seats: Seat[]): Box {
    if (seats.length === 0) return { x: 0, y: 0, width: pitch, height: pitch };
    const left = Math.min(...seats.map((seat) => seat.x)) - swell - margin;
    const top = Math.min(...seats.map((seat) => seat.y)) - swell - margin;
    const right = Math.max(...seats.map((seat) => seat.x + seat.width)) + swell + margin;
    const bottom = Math.max(...seats.map((seat) => seat.y + seat.height)) + swell + margin;
    return { x: left, y: top, width: right - left, height: bottom - top };
}

/// Two seats must not fill the space of a whole room; names that large help nobody.
export function roomy(box: Box, least_width = 5.5 * pitch, least_height = 3 * pitch): Box {
    const width = Math.max(box.width, least_width);
    const height = Math.max(box.height, least_height);
    return { x: box.x - (width - box.width) / 2, y: box.y - (height - box.height) / 2, width, height };
}

/// Places headsets without a seat in rows, ordered by name: below the room, or alone if there is no room.
export function seats_for(devices: LiveDevice[], columns = 6, top = 0, first_row = 1): Seat[] {
    const sorted = [...devices].sort((a, b) => compare_names(a.name, b.name));
    return sorted.map((device, index) => {
        const row = Math.floor(index / columns);
        const place = index % columns;
        return {
            id: -device.id,
            row: first_row + row,
            place: place + 1,
            x: place * pitch,
            y: top + row * pitch,
            width: 30,
            height: 30,
            rotation: 0,
            seat_type: { id: 0, name: '' },
            status: 'occupied',
            device_id: device.id,
            person: device.person,
        };
    });
}

export function seats_below(seats: Seat[], unseated: LiveDevice[]): Seat[] {
    if (seats.length === 0) return seats_for(unseated);
    const columns = Math.max(4, ...seats.map((seat) => seat.place));
    const bottom = Math.max(...seats.map((seat) => seat.y + seat.height));
    return seats_for(unseated, columns, bottom + pitch / 2, Math.max(...seats.map((seat) => seat.row)) + 1);
}

/// The seat that an arrow key leads to: the nearest in that direction, preferring those straight ahead.
export function next_seat(seats: Seat[], from: Seat, direction: Direction): Seat | null {
    const sideways = direction === 'left' || direction === 'right';
    const sign = direction === 'left' || direction === 'up' ? -1 : 1;
    let best: Seat | null = null;
    let best_cost = Infinity;
    for (const seat of seats) {
        const dx = seat.x - from.x;
        const dy = seat.y - from.y;
        const along = (sideways ? dx : dy) * sign;
        const across = Math.abs(sideways ? dy : dx);
        if (along <= 0) continue;
        const cost = along + 3 * across;
        if (cost < best_cost) {
            best_cost = cost;
            best = seat;
        }
    }
    return best;
}

/// As much of a text as fits, with an ellipsis if something was cut. `measure` gives a text's width.
export function fit_text(text: string, width: number, measure: (text: string) => number): string {
    if (measure(text) <= width) return text;
    const letters = [...text];
    while (letters.length > 1) {
        letters.pop();
        const shorter = letters.join('').trimEnd() + '…';
        if (measure(shorter) <= width) return shorter;
    }
    return letters.join('');
}
