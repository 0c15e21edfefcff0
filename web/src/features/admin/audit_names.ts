// What the things are called that the audit log has numbers of, also those that were removed.
import { client, items } from '../../api/client';
import type { Person } from '../../api/types';
import { list_devices } from '../headsets/headsets';
import { full_name } from '../people/people';
import { list_rooms } from '../rooms/rooms';
import { list_keys } from './site_keys';
import type { Names } from './audit_text';
import type { Thing } from './audit_words';

const both = ['false', 'true'] as const;
const most = 1000;
type Listed = { id: number; name?: string; title?: string };

async function all_of(calls: Promise<Listed[]>[]): Promise<Map<number, string>> {
    // A list that cannot be had leaves its numbers.
    const lists = await Promise.allSettled(calls);
    return new Map(
        lists
            .flatMap((list) => (list.status === 'fulfilled' ? list.value : []))
            .map((one) => [one.id, one.name ?? one.title ?? '']),
    );
}

const called = (person: Person) => (person.role !== 'student' && full_name(person)) || person.nickname;

export const list_everybody = async (): Promise<Person[]> =>
    (
        await Promise.all(
            both.map((inactive) =>
                items(client.GET('/v1/people', { params: { query: { limit: most, inactive } } })),
            ),
        )
    ).flat();

/// Staff by their names and students by their nicknames, as people know them.
export const names_of = (people: Person[]): Map<number, string> =>
    new Map(people.map((person) => [person.id, called(person)]));

export async function load_names(): Promise<Names> {
    const with_archived = (path: '/v1/classes' | '/v1/lessons' | '/v1/courses' | '/v1/content') =>
        all_of(
            both.map((archived) =>
                items<Listed>(client.GET(path, { params: { query: { limit: 200, archived } } })),
            ),
        );
    const lists: [Thing, Promise<Map<number, string>>][] = [
        ['class', with_archived('/v1/classes')],
        ['lesson', with_archived('/v1/lessons')],
        ['course', with_archived('/v1/courses')],
        ['content', with_archived('/v1/content')],
        ['scenario', all_of([items(client.GET('/v1/scenarios', { params: { query: { limit: 200 } } }))])],
        ['room', all_of([list_rooms()])],
        ['headset', all_of([list_devices()])],
        ['key', all_of([list_keys()])],
    ];
    return Object.fromEntries(
        await Promise.all(lists.map(async ([thing, names]) => [thing, await names] as const)),
    );
}
