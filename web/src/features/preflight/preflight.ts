// "Ready to teach": what each headset of a class needs for a lesson, as the server measured it.
import { ask_json, query_of } from '../../api/client';
import type { PersonName } from '../../api/types';
import type { Key } from '../../i18n/i18n.svelte';

export type Check = { name: string; good: boolean; value: unknown; wanted: unknown; unit: string; fix: string | null };
export type Ready = { device_id: number; name: string; person: PersonName | null; ready: boolean; checks: Check[] };
export type Preflight = { ready: boolean; checked_at: string; devices: Ready[] };
export type Asked = { class: number | null; room: number | null; lesson: number | null };

export const get_preflight = (asked: Asked) => ask_json<Preflight>('GET', `/v1/preflight${query_of(asked)}`);

export const check_words: Record<string, Key> = {
    online: 'preflight.online',
    battery: 'preflight.battery',
    storage: 'preflight.storage',
    content: 'preflight.content',
    app_version: 'preflight.app_version',
    round_trip: 'preflight.round_trip',
    clock: 'preflight.clock',
    signed_in: 'preflight.signed_in',
};
const fixes: Record<string, Key> = {
    online: 'preflight.fix_online',
    battery: 'preflight.fix_battery',
    storage: 'preflight.fix_storage',
    content: 'preflight.fix_content',
    app_version: 'preflight.fix_app_version',
    round_trip: 'preflight.fix_round_trip',
    clock: 'preflight.fix_clock',
    signed_in: 'preflight.fix_signed_in',
};
export const fix_words = (check: Check): Key | null => fixes[check.name] ?? null;

/// Who needs a hand first: the most faults before the fewest, then by name.
export function worst_first(devices: Ready[]): Ready[] {
    const faults = (device: Ready) => device.checks.filter((check) => !check.good).length;
    return [...devices].sort(
        (a, b) => faults(b) - faults(a) || a.name.localeCompare(b.name, undefined, { numeric: true }),
    );
}
