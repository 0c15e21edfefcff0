// Calls about classes.
import { at, by_id, client, data, items } from '../../api/client';
import { every_page } from '../../api/every_page';
import { by_name, by_nickname } from '../../i18n/i18n.svelte';

const student_of = (id: number, person: number) => at({ id, person });

export const list_classes = async () =>
    (await items(client.GET('/v1/classes', { params: { query: { limit: 200 } } }))).sort(by_name);
export const list_removed_classes = async () =>
    (
        await every_page((cursor) =>
            data(
                client.GET('/v1/classes', { params: { query: { limit: 200, archived: 'true', ...cursor } } }),
            ),
        )
    ).sort(by_name);
export const get_class = (id: number) => data(client.GET('/v1/classes/{id}', by_id(id)));
export const create_class = (name: string) => data(client.POST('/v1/classes', { body: { name } }));
export type ClassChange = { name?: string; teacher_id?: number };
export const change_class = (id: number, change: ClassChange) =>
    data(client.PATCH('/v1/classes/{id}', { ...by_id(id), body: change }));
export const remove_class = (id: number) => data(client.DELETE('/v1/classes/{id}', by_id(id)));
export const restore_class = (id: number) => data(client.POST('/v1/classes/{id}/restore', by_id(id)));
export const list_students = async (id: number) =>
    (await items(client.GET('/v1/classes/{id}/students', by_id(id)))).sort(by_nickname);
export const add_student = (id: number, person: number) =>
    data(client.PUT('/v1/classes/{id}/students/{person}', student_of(id, person)));
export const remove_student = (id: number, person: number) =>
    data(client.DELETE('/v1/classes/{id}/students/{person}', student_of(id, person)));

/// Reads typed or pasted nicknames, one a line or with commas between; repeated ones count once.
export function parse_nicknames(text: string): string[] {
    const seen = new Map<string, string>();
    for (const part of text.split(/[\n,;，；]/)) {
        const nickname = part.trim().replace(/\s+/g, ' ');
        if (nickname && !seen.has(nickname.toLowerCase())) seen.set(nickname.toLowerCase(), nickname);
    }
    return [...seen.values()];
}
