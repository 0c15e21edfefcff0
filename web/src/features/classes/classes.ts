// What the page asks of the server about classes and people.
import { by_id, client, data, items } from '../../api/client';
import type { Role } from '../../api/types';

export type NewPerson = {
    role: Role;
    nickname: string;
    username?: string;
    password?: string;
    first_name?: string;
    last_name?: string;
    class_id?: number;
};
const student_of = (id: number, person: number) => ({ params: { path: { id: String(id), person: String(person) } } });

export const list_classes = () => items(client.GET('/v1/classes', { params: { query: { limit: 200 } } }));
export const get_class = (id: number) => data(client.GET('/v1/classes/{id}', by_id(id)));
export const create_class = (name: string) => data(client.POST('/v1/classes', { body: { name } }));
export const remove_class = (id: number) => data(client.DELETE('/v1/classes/{id}', by_id(id)));
export const list_students = (id: number) => items(client.GET('/v1/classes/{id}/students', by_id(id)));
export const add_student = (id: number, person: number) =>
    data(client.PUT('/v1/classes/{id}/students/{person}', student_of(id, person)));
export const remove_student = (id: number, person: number) =>
    data(client.DELETE('/v1/classes/{id}/students/{person}', student_of(id, person)));
export const list_people = (role?: Role) =>
    items(client.GET('/v1/people', { params: { query: { limit: 1000, ...(role ? { role } : {}) } } }));
export const create_person = (person: NewPerson) => data(client.POST('/v1/people', { body: person }));
export const deactivate_person = (id: number) => data(client.DELETE('/v1/people/{id}', by_id(id)));
export const draw_pin = (id: number) => data(client.POST('/v1/people/{id}/pin', { ...by_id(id), body: {} }));

/// Nicknames as they are typed or pasted: one a line, or with commas between. What occurs twice is taken once.
export function parse_nicknames(text: string): string[] {
    const seen = new Map<string, string>();
    for (const part of text.split(/[\n,;，；]/)) {
        const nickname = part.trim().replace(/\s+/g, ' ');
        if (nickname && !seen.has(nickname.toLowerCase())) seen.set(nickname.toLowerCase(), nickname);
    }
    return [...seen.values()];
}
