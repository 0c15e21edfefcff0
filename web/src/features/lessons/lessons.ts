// Calls about lessons.
import { by_id, client, data, items } from '../../api/client';
import { every_page } from '../../api/every_page';
import type { LessonKind } from '../../api/types';
import { by_name, type Key } from '../../i18n/i18n.svelte';

export type NewLesson = {
    title: string;
    kind: LessonKind;
    content: string;
    duration_ms: number | null;
    content_id?: number | null;
};
export const list_lessons = () => items(client.GET('/v1/lessons', { params: { query: { limit: 200 } } }));
export const list_removed_lessons = async () => {
    const all = await every_page((cursor) =>
        data(client.GET('/v1/lessons', { params: { query: { limit: 200, archived: 'true', ...cursor } } })),
    );
    return all.map(({ id, title }) => ({ id, name: title })).sort(by_name);
};
export const create_lesson = (lesson: NewLesson) => data(client.POST('/v1/lessons', { body: lesson }));
export const change_lesson = (id: number, lesson: Partial<NewLesson>) =>
    data(client.PATCH('/v1/lessons/{id}', { ...by_id(id), body: lesson }));
export const remove_lesson = (id: number) => data(client.DELETE('/v1/lessons/{id}', by_id(id)));
export const copy_lesson = (id: number) => data(client.POST('/v1/lessons/{id}/copy', by_id(id)));
export const restore_lesson = (id: number) => data(client.POST('/v1/lessons/{id}/restore', by_id(id)));

export const kinds: LessonKind[] = ['video', 'app', 'web', 'scenario'];
export const kind_words: Record<LessonKind, Key> = {
    video: 'lesson.video',
    app: 'lesson.app',
    web: 'lesson.web',
    scenario: 'lesson.scenario',
};
export const content_words: Record<LessonKind, Key> = {
    video: 'lesson.video_content',
    app: 'lesson.app_content',
    web: 'lesson.web_content',
    scenario: 'lesson.scenario_content',
};

/// Reads "18", "18:30" or "1:02:05" as milliseconds: minutes, minutes and seconds, or hours too. Null for a
/// lesson without an end, undefined for anything else.
export function parse_duration(text: string): number | null | undefined {
    const trimmed = text.trim();
    if (!trimmed) return null;
    if (!/^\d{1,3}(:[0-5]?\d){0,2}$/.test(trimmed)) return undefined;
    const parts = trimmed.split(':').map(Number) as [number, number?, number?];
    const [hours, minutes, seconds] =
        parts.length === 3 ? (parts as [number, number, number]) : [0, parts[0], parts[1] ?? 0];
    return (hours * 3600 + minutes * 60 + seconds) * 1000;
}
