// Whether the next lesson can start: what is missing, and what to look at first.
import type { LiveDevice, Seat } from '../../api/types';
import { devices_at } from '../live/seat_layout';
import { is_battery_low } from '../live/states';

export type Check = {
    kind: 'headsets' | 'batteries' | 'students';
    good: boolean;
    done: number;
    total: number;
    names: string[];
};

/// `seats` are those of the chosen room. Without a room, or with an empty one, every paired headset counts.
export function readiness(devices: LiveDevice[], seats: Seat[] | null, class_size: number | null): Check[] {
    const seated = seats ? [...devices_at(seats, devices).values()] : [];
    const mine = seated.length > 0 ? seated : devices;
    const online = mine.filter((device) => device.online);
    const low = mine.filter(is_battery_low);
    const signed_in = online.filter((device) => device.person);
    const checks: Check[] = [
        {
            kind: 'headsets',
            good: mine.length > 0 && online.length === mine.length,
            done: online.length,
            total: mine.length,
            names: mine.filter((device) => !device.online).map((device) => device.name),
        },
        {
            kind: 'batteries',
            good: low.length === 0,
            done: mine.length - low.length,
            total: mine.length,
            names: low.map((device) => device.name),
        },
    ];
    if (class_size !== null)
        checks.push({
            kind: 'students',
            good: signed_in.length >= Math.min(class_size, mine.length) && mine.length > 0,
            done: signed_in.length,
            total: class_size,
            names: [],
        });
    return checks;
}
