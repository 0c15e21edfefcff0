// Calls about people and their logins.
import { by_id, client, data, items } from '../../api/client';
import { by_nickname } from '../../i18n/i18n.svelte';
import type { Person, Role, Schemas } from '../../api/types';

export type LoginRow = Schemas['Login'];
export type NewPerson = {
    role: Role;
    nickname: string;
    username?: string;
    password?: string;
    first_name?: string;
    last_name?: string;
    class_id?: number;
};
export type PersonChange = {
    nickname?: string;
    first_name?: string;
    last_name?: string;
    username?: string | null;
    role?: Role;
    active?: boolean;
};
export type PeopleQuery = { role?: Role; class?: number; q?: string; inactive?: 'true' };

export const page_of_people = (query: PeopleQuery, cursor?: string, limit = 100) =>
    data(client.GET('/v1/people', { params: { query: { limit, ...query, ...(cursor ? { cursor } : {}) } } }));
export const list_people = async (role?: Role) => {
    const query = { limit: 1000, ...(role ? { role } : {}) };
    return (await items(client.GET('/v1/people', { params: { query } }))).sort(by_nickname);
};
export const get_person = (id: number) => data(client.GET('/v1/people/{id}', by_id(id)));
export const create_person = (person: NewPerson) => data(client.POST('/v1/people', { body: person }));
export const change_person = (id: number, change: PersonChange) =>
    data(client.PATCH('/v1/people/{id}', { ...by_id(id), body: change }));
export const deactivate_person = (id: number) => data(client.DELETE('/v1/people/{id}', by_id(id)));
export const draw_pin = (id: number) => data(client.POST('/v1/people/{id}/pin', { ...by_id(id), body: {} }));
export const set_password = (id: number, password: string, current?: string) =>
    data(
        client.POST('/v1/people/{id}/password', {
            ...by_id(id),
            body: { password, ...(current ? { current } : {}) },
        }),
    );

export const list_logins = (person_id?: number) =>
    items(client.GET('/v1/logins', { params: { query: person_id ? { person: person_id } : {} } }));
export const end_login = (id: number) => data(client.DELETE('/v1/logins/{id}', by_id(id)));
/// Ends all logins of another person, or all of one's own but this one.
export const end_logins = (id: number) => data(client.POST('/v1/people/{id}/sign-out', by_id(id)));
export const remove_totp = (id: number) => data(client.DELETE('/v1/people/{id}/totp', by_id(id)));
export const runs_of = (person_id: number, cursor?: string) =>
    data(
        client.GET('/v1/runs', {
            params: { query: { person: person_id, limit: 50, ...(cursor ? { cursor } : {}) } },
        }),
    );

export const full_name = (person: Person) => [person.first_name, person.last_name].filter(Boolean).join(' ');

/// A browser's user agent the way people would say it: "Firefox, Windows".
export function browser_words(user_agent: string): string {
    const named = (table: [RegExp, string][]) => table.find(([pattern]) => pattern.test(user_agent))?.[1];
    const browser = named([
        [/Edg\//, 'Edge'],
        [/OPR\//, 'Opera'],
        [/Firefox\//, 'Firefox'],
        [/Chrome\//, 'Chrome'],
        [/Safari\//, 'Safari'],
    ]);
    const system = named([
        [/Android/, 'Android'],
        [/iPhone|iPad/, 'iOS'],
        [/Windows/, 'Windows'],
        [/Mac OS/, 'macOS'],
        [/CrOS/, 'ChromeOS'],
        [/Linux/, 'Linux'],
    ]);
    return [browser, system].filter(Boolean).join(', ') || user_agent.slice(0, 60);
}
