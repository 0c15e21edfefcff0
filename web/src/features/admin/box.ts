// The rules by which the page says that the box needs attention, the worst trouble first.
import type { Organisation } from '../../api/types';
import type { Key, Parameters } from '../../i18n/i18n.svelte';
import type { System } from './system';

export type Trouble = { key: Key; values: Parameters; href: string };

export const most_clock_difference_ms = 60_000;
const little_space = 0.1;

/// How far the box is ahead of this browser; negative when it is behind.
export function clock_difference_ms(system: System, browser_ms: number): number {
    return Date.parse(system.server_at) - browser_ms;
}

export function troubles_of(system: System, licence: Organisation['licence'], browser_ms: number): Trouble[] {
    const found: Trouble[] = [];
    const { free_bytes, total_bytes } = system.disk;
    if (system.store.storage_full) found.push({ key: 'box.trouble_full', values: {}, href: '/admin/system' });
    else if (total_bytes > 0 && free_bytes / total_bytes < little_space)
        found.push({
            key: 'box.trouble_space',
            values: { percent: Math.round((free_bytes / total_bytes) * 100) },
            href: '/admin/system',
        });
    const minutes = Math.round(Math.abs(clock_difference_ms(system, browser_ms)) / 60_000);
    if (Math.abs(clock_difference_ms(system, browser_ms)) > most_clock_difference_ms)
        found.push({ key: 'box.trouble_clock', values: { count: minutes }, href: '/admin/system' });
    if (licence.seats_left <= 0)
        found.push({ key: 'box.trouble_seats', values: {}, href: '/admin/organisation' });
    return found;
}
