// Calls about files: videos, apps and pictures that lessons use.
import { by_id, client, data } from '../../api/client';
import type { Schemas } from '../../api/types';
import type { Key } from '../../i18n/i18n.svelte';

export type Content = Schemas['Content'];
export type ContentKind = Content['kind'];

export const content_words: Record<ContentKind, Key> = {
    video: 'content.video',
    app: 'content.app',
    image: 'content.image',
};

export const page_of_content = (
    { kind, q, archived }: { kind?: ContentKind; q?: string; archived?: boolean },
    cursor?: string,
) => {
    const shown = archived === undefined ? undefined : archived ? ('true' as const) : ('false' as const);
    const query = { kind, q, archived: shown, cursor, limit: 100 };
    return data(client.GET('/v1/content', { params: { query } }));
};
export const rename_content = (id: number, title: string) =>
    data(client.PATCH('/v1/content/{id}', { ...by_id(id), body: { title } }));
export const remove_content = (id: number) => data(client.DELETE('/v1/content/{id}', by_id(id)));
export const restore_content = (id: number) => data(client.POST('/v1/content/{id}/restore', by_id(id)));
export const get_space = () => data(client.GET('/v1/content-space'));
export type Space = Awaited<ReturnType<typeof get_space>>;
