// What about the box needs somebody, as a rule that can be read: worst first.
import type { Organisation } from '../../api/types';
import type { Key, Parameters } from '../../i18n/i18n.svelte';
import type { System } from './system';

export type Trouble = { key: Key; values: Parameters; href: string };

const day_ms = 86_400_000;
export const most_clock_difference_ms = 60_000;
const little_space = 0.1;
const backup_every_days = 7;

/// How far the box is ahead of this browser; behind is less than nothing.
export function clock_difference_ms(system: System, browser_ms: number): number {
    return Date.parse(system.server_at) - browser_ms;
}

export function troubles_of(system: System, licence: Organisation['licence'], browser_ms: number): Trouble[] {
    const found: Trouble[] = [];
    const { free_bytes, total_bytes } = system.disk ?? {};
    if (system.store.storage_full) found.push({ key: 'box.trouble_full', values: {}, href: '/admin/system' });
    else if (free_bytes !== undefined && total_bytes && free_bytes / total_bytes < little_space)
        found.push({
            key: 'box.trouble_space',
            values: { percent: Math.round((free_bytes / total_bytes) * 100) },
            href: '/admin/system',
        });
    const minutes = Math.round(Math.abs(clock_difference_ms(system, browser_ms)) / 60_000);
    if (Math.abs(clock_difference_ms(system, browser_ms)) > most_clock_difference_ms)
        found.push({ key: 'box.trouble_clock', values: { count: minutes }, href: '/admin/system' });
    if (system.last_backup_at !== undefined) {
        const last = system.last_backup_at ? Date.parse(system.last_backup_at) : null;
        const days = last === null ? null : Math.floor((Date.parse(system.server_at) - last) / day_ms);
        if (days === null) found.push({ key: 'box.trouble_no_backup', values: {}, href: '/admin/backups' });
        else if (days > backup_every_days)
            found.push({ key: 'box.trouble_old_backup', values: { count: days }, href: '/admin/backups' });
    }
    if (licence.seats_left <= 0)
        found.push({ key: 'box.trouble_seats', values: {}, href: '/admin/organisation' });
    return found;
}
