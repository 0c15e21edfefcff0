// "Ready to teach": what each headset of a class needs for a lesson, as the server measured it.
import { client, data } from '../../api/client';
import type { Schemas } from '../../api/types';
import { compare_names, bytes_text, number, t, type Key } from '../../i18n/i18n.svelte';

export type Preflight = Schemas['Preflight'];
export type Ready = Preflight['devices'][number];
export type Check = Ready['checks'][number];
export type Asked = { class: number | null; room: number | null; lesson: number | null };

export const get_preflight = (asked: Asked) => {
    const query = {
        class: asked.class ?? undefined,
        room: asked.room ?? undefined,
        lesson: asked.lesson ?? undefined,
    };
    return data(client.GET('/v1/preflight', { params: { query } }));
};

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
    switch_on: 'preflight.switch_on',
    charge: 'preflight.charge',
    free_storage: 'preflight.free_storage',
    fetch: 'preflight.fetch',
    update_app: 'preflight.update_app',
    move_closer: 'preflight.move_closer',
    wait: 'preflight.wait',
    sign_in: 'preflight.sign_in',
};

/// What exactly to do about a failed check.
export function fix_words(check: Check, name: string): string {
    const key = fixes[check.fix ?? ''];
    return key ? t(key, { name, wanted: amount_words(check.wanted, check.unit) }) : (check.fix ?? '');
}

function amount_words(value: string | null, unit: string): string {
    const amount = Number(value);
    if (!value || !Number.isFinite(amount)) return value ?? '';
    if (unit === 'percent') return t('seat.battery', { percent: amount });
    if (unit === 'bytes') return bytes_text(amount);
    return unit === 'ms' ? t('seat.milliseconds', { ms: number(amount) }) : value;
}

/// What was measured, in plain words; empty where "in order" says everything.
export function value_words(check: Check): string {
    if (check.unit === 'person' || check.name === 'clock' || check.name === 'online') return '';
    if (check.name === 'content') return check.value === '0' && check.good ? '' : `${check.value ?? ''}`;
    return amount_words(check.value, check.unit);
}

/// Sorts by the number of faults, the most first, then by name.
export function worst_first(devices: Ready[]): Ready[] {
    const faults = (device: Ready) => device.checks.filter((check) => !check.good).length;
    return [...devices].sort((a, b) => faults(b) - faults(a) || compare_names(a.name, b.name));
}
