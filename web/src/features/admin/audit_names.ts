// Names of the things that the audit log has numbers of, also those that were removed.
import { client, data } from '../../api/client';
import { every_page } from '../../api/every_page';
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

type Query = { limit: number; archived: 'true' | 'false'; cursor?: string };
const with_archived = (ask: (query: Query) => Promise<{ items: Listed[]; next?: string | null }>) =>
    all_of(both.map((archived) => every_page((cursor) => ask({ limit: 200, archived, ...cursor }))));

const called = (person: Person) => (person.role !== 'student' && full_name(person)) || person.nickname;

/// Also those who can no longer sign in.
export async function list_everybody(): Promise<Person[]> {
    const lists = both.map((inactive) =>
        every_page((cursor) =>
            data(client.GET('/v1/people', { params: { query: { limit: most, inactive, ...cursor } } })),
        ),
    );
    const everybody = new Map((await Promise.all(lists)).flat().map((person) => [person.id, person]));
    return [...everybody.values()];
}

/// Staff by their names and students by their nicknames, as people know them.
export const names_of = (people: Person[]): Map<number, string> =>
    new Map(people.map((person) => [person.id, called(person)]));

export async function load_names(): Promise<Names> {
    const lists: [Thing, Promise<Map<number, string>>][] = [
        ['class', with_archived((query) => data(client.GET('/v1/classes', { params: { query } })))],
        ['lesson', with_archived((query) => data(client.GET('/v1/lessons', { params: { query } })))],
        ['course', with_archived((query) => data(client.GET('/v1/courses', { params: { query } })))],
        ['content', with_archived((query) => data(client.GET('/v1/content', { params: { query } })))],
        [
            'scenario',
            all_of([
                every_page((cursor) =>
                    data(client.GET('/v1/scenarios', { params: { query: { limit: 200, ...cursor } } })),
                ),
            ]),
        ],
        ['room', all_of([list_rooms()])],
        ['headset', all_of([list_devices()])],
        ['key', all_of([list_keys()])],
    ];
    return Object.fromEntries(
        await Promise.all(lists.map(async ([thing, names]) => [thing, await names] as const)),
    );
}
