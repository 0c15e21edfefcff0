// Calls about the timetable. Weekly times are local: the time on the school's wall clock.
import { by_id, client, data, items } from '../../api/client';
import type { Schemas } from '../../api/types';

export type Entry = Schemas['TimetableEntry'];
export type Occurrence = Schemas['TimetableOccurrence'];
export type NewEntry = {
    weekday: number;
    starts: string;
    ends: string;
    title?: string;
    room_id?: number;
    lesson_id?: number;
};

/// The same entry once more, to put back one that was removed.
export const as_new = (entry: Entry): NewEntry =>
    Object.fromEntries(
        Object.entries(entry).filter(
            ([field, value]) => value !== null && field !== 'id' && field !== 'class_id',
        ),
    ) as NewEntry;

const utc_offset_minutes = () => -new Date().getTimezoneOffset();
export const entries_of = (class_id: number) =>
    items(client.GET('/v1/classes/{id}/timetable', by_id(class_id)));
export const add_entry = (class_id: number, entry: NewEntry) =>
    data(client.POST('/v1/classes/{id}/timetable', { ...by_id(class_id), body: entry }));
export const remove_entry = (id: number) => data(client.DELETE('/v1/timetable/{id}', by_id(id)));

/// What is on today, from midnight to midnight in this browser's time zone.
export async function today(now: Date): Promise<Occurrence[]> {
    const from = new Date(now.getFullYear(), now.getMonth(), now.getDate());
    const to = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
    const query = {
        from: from.toISOString(),
        to: to.toISOString(),
        utc_offset_minutes: utc_offset_minutes(),
    };
    return items(client.GET('/v1/timetable', { params: { query } }));
}

/// The lesson that is on now, or the next one of the day; null when school is over. Of several at one time
/// those of `mine` come first: the classes of the person who asks.
export function due(list: Occurrence[], now_ms: number, mine: Set<number>): Occurrence | null {
    const ahead = list.filter((one) => Date.parse(one.ends_at) > now_ms);
    const rank = (one: Occurrence) => (mine.has(one.class.id) ? 0 : 1);
    return ahead.sort((a, b) => a.starts_at.localeCompare(b.starts_at) || rank(a) - rank(b))[0] ?? null;
}

export const is_on = (one: Occurrence, now_ms: number): boolean => Date.parse(one.starts_at) <= now_ms;
