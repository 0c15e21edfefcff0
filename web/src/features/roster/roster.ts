// Calls about importing a roster.
import { address, at, by_id, client, data, items } from '../../api/client';
import type { Schemas } from '../../api/types';
import type { Key } from '../../i18n/i18n.svelte';

export type Import = Schemas['Import'];
export type ImportRow = Schemas['ImportRow'];
export type Fate = ImportRow['fate'];

export const fates: Fate[] = ['error', 'add', 'update', 'unchanged', 'skip'];
export const fate_words: Record<Fate, Key> = {
    add: 'fate.add',
    update: 'fate.update',
    unchanged: 'fate.unchanged',
    skip: 'fate.skip',
    error: 'fate.error',
};

/// Sends the file as it is; the server finds out what kind of roster it is.
export const stage = (file: File, update: boolean) =>
    data(
        client.POST('/v1/roster-imports', {
            params: { query: { mode: update ? 'update' : 'add' } },
            body: file as never,
            bodySerializer: (body: unknown) => body,
            headers: { 'content-type': 'application/octet-stream' },
        }),
    );
export const get_import = (id: number) => data(client.GET('/v1/roster-imports/{id}', by_id(id)));
export const rows_of = (id: number, fate: Fate | '', cursor?: string) =>
    data(
        client.GET(
            '/v1/roster-imports/{id}/rows',
            at({ id }, { fate: fate || undefined, cursor, limit: 200 }),
        ),
    );
export const errors_csv = (id: number) => address('/v1/roster-imports/{id}/errors.csv', by_id(id));
export const commit = (id: number, draw_pins: boolean) =>
    data(client.POST('/v1/roster-imports/{id}/commit', { ...by_id(id), body: { draw_pins } }));
export const discard = (id: number) => data(client.DELETE('/v1/roster-imports/{id}', by_id(id)));
export const take_pins = (id: number) => items(client.POST('/v1/roster-imports/{id}/pins', by_id(id)));
export type DrawnPin = Awaited<ReturnType<typeof take_pins>>[number];

/// The number of rows that the import will change. Progress is counted against it.
export const to_do = (one: Import) => (one.fates.add ?? 0) + (one.fates.update ?? 0);
export const is_under_way = (one: Import) => !['staged', 'done', 'failed'].includes(one.state);
