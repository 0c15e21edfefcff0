// What the page asks of the server about bringing in a roster.
import { ask, ask_json, query_of } from '../../api/client';
import type { Role } from '../../api/types';
import type { Key } from '../../i18n/i18n.svelte';
import type { PageOf } from '../../ui/listed.svelte';

export type Fate = 'add' | 'update' | 'unchanged' | 'skip' | 'error';
export type Import = {
    id: number;
    format: string;
    mode: string;
    state: string;
    ignored: string[];
    rows: number;
    done: number;
    fates: Partial<Record<Fate, number>>;
    has_pins: boolean;
    created_at: string;
};
export type ImportRow = {
    number: number;
    fate: Fate;
    reason: string;
    role: Role;
    nickname: string;
    first_name: string;
    last_name: string;
    classes: string[];
};
export type DrawnPin = {
    nickname: string;
    first_name: string;
    last_name: string;
    pin: string;
    classes: string[];
};

export const fates: Fate[] = ['error', 'add', 'update', 'unchanged', 'skip'];
export const fate_words: Record<Fate, Key> = {
    add: 'fate.add',
    update: 'fate.update',
    unchanged: 'fate.unchanged',
    skip: 'fate.skip',
    error: 'fate.error',
};

const base = '/v1/roster-imports';
export async function stage(file: File, update: boolean): Promise<Import> {
    const response = await ask('POST', `${base}${query_of({ mode: update ? 'update' : 'add' })}`, file, {
        'content-type': 'application/octet-stream',
    });
    return (await response.json()) as Import;
}
export const get_import = (id: number) => ask_json<Import>('GET', `${base}/${id}`);
export const rows_of = (id: number, fate: Fate | '', cursor?: string) =>
    ask_json<PageOf<ImportRow>>('GET', `${base}/${id}/rows${query_of({ fate, cursor, limit: 200 })}`);
export const errors_csv = (id: number) => `${base}/${id}/errors.csv`;
export const commit = (id: number, draw_pins: boolean) =>
    ask_json<Import>('POST', `${base}/${id}/commit`, { draw_pins });
export const discard = (id: number) => ask('DELETE', `${base}/${id}`);
export const take_pins = async (id: number) =>
    (await ask_json<{ items: DrawnPin[] }>('POST', `${base}/${id}/pins`, {})).items;

/// How many it will change: of these the progress counts.
export const to_do = (one: Import) => (one.fates.add ?? 0) + (one.fates.update ?? 0);
export const is_under_way = (one: Import) => !['staged', 'done', 'failed'].includes(one.state);
