// What the page asks of the server about files: videos, apps and pictures that lessons use.
import { ask, ask_json, query_of } from '../../api/client';
import type { Key } from '../../i18n/i18n.svelte';
import type { PageOf } from '../../ui/listed.svelte';

export type ContentKind = 'app' | 'video' | 'image';
export type Content = {
    id: number;
    title: string;
    kind: ContentKind;
    media_type: string;
    size: number;
    sha256: string;
    archived: boolean;
    created_at: string;
    created_by: { id: number; nickname: string } | null;
    lessons: { id: number; title: string }[];
    file: string;
    preview: string | null;
};
export type Space = { used_bytes: number; quota_bytes: number | null; free_bytes: number };

export const content_words: Record<ContentKind, Key> = {
    video: 'content.video',
    app: 'content.app',
    image: 'content.image',
};

export const page_of_content = (
    filter: { kind?: ContentKind; q?: string; archived?: boolean },
    cursor?: string,
) => ask_json<PageOf<Content>>('GET', `/v1/content${query_of({ ...filter, cursor, limit: 100 })}`);
export const rename_content = (id: number, title: string) =>
    ask_json<Content>('PATCH', `/v1/content/${id}`, { title });
export const remove_content = (id: number) => ask('DELETE', `/v1/content/${id}`);
export const restore_content = (id: number) => ask('POST', `/v1/content/${id}/restore`, {});
export const get_space = () => ask_json<Space>('GET', '/v1/content-space');
