// What the page asks of the server about classes and people.
import { get, patch, post, put, remove } from '../../api/request';
import type { Class, List, Person, Role } from '../../api/types';

export type NewPerson = {
    role: Role;
    nickname: string;
    username?: string;
    password?: string;
    pin?: string;
    first_name?: string;
    last_name?: string;
    class_id?: number;
};
export const list_classes = async () => (await get<List<Class>>('/v1/classes?limit=200')).items;
export const get_class = (id: number) => get<Class>(`/v1/classes/${id}`);
export const create_class = (name: string) => post<Class>('/v1/classes', { name });
export const rename_class = (id: number, name: string) => patch<Class>(`/v1/classes/${id}`, { name });
export const remove_class = (id: number) => remove<null>(`/v1/classes/${id}`);
export const list_students = async (id: number) =>
    (await get<List<Person>>(`/v1/classes/${id}/students?limit=1000`)).items;
export const add_student = (id: number, person: number) => put<null>(`/v1/classes/${id}/students/${person}`);
export const remove_student = (id: number, person: number) => remove<null>(`/v1/classes/${id}/students/${person}`);
export const list_people = async (query = '') => (await get<List<Person>>(`/v1/people?limit=1000${query}`)).items;
export const create_person = (person: NewPerson) => post<Person>('/v1/people', person);
export const deactivate_person = (id: number) => remove<null>(`/v1/people/${id}`);
export const draw_pin = (id: number) => post<{ pin: string }>(`/v1/people/${id}/pin`);

/// Nicknames as they are typed or pasted: one a line, or with commas between. What occurs twice is taken once.
export function parse_nicknames(text: string): string[] {
    const seen = new Map<string, string>();
    for (const part of text.split(/[\n,;，；]/)) {
        const nickname = part.trim().replace(/\s+/g, ' ');
        if (nickname && !seen.has(nickname.toLowerCase())) seen.set(nickname.toLowerCase(), nickname);
    }
    return [...seen.values()];
}
