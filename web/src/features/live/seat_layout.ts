// Where seats are drawn, and which one is next to which.
import type { LiveDevice, Seat } from '../../api/types';

export type Box = { x: number; y: number; width: number; height: number };
export type Direction = 'up' | 'down' | 'left' | 'right';

/// Seats are drawn a little larger than the room says, as the gaps between them are for people and not for pictures.
export const swell = 3;
const margin = 4;
const pitch = 40;
export const desk_height = 16;

export function bounds_of(seats: Seat[]): Box {
    if (seats.length === 0) return { x: 0, y: 0, width: pitch, height: pitch };
    const left = Math.min(...seats.map((seat) => seat.x)) - swell - margin;
    const top = Math.min(...seats.map((seat) => seat.y)) - swell - margin;
    const right = Math.max(...seats.map((seat) => seat.x + seat.width)) + swell + margin;
    const bottom = Math.max(...seats.map((seat) => seat.y + seat.height)) + swell + margin;
    return { x: left, y: top, width: right - left, height: bottom - top };
}

/// A session without a room: its headsets in rows, in the order of their names.
export function seats_for(devices: LiveDevice[], columns = 6): Seat[] {
    const sorted = [...devices].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    return sorted.map((device, index) => {
        const row = Math.floor(index / columns);
        const place = index % columns;
        return {
            id: -device.id,
            row: row + 1,
            place: place + 1,
            x: place * pitch,
            y: row * pitch,
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

/// The seat that an arrow key leads to: the nearest in that direction, those straight ahead first.
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

/// As much of a text as fits, with an ellipsis when something had to go. `measure` gives a text's width.
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
