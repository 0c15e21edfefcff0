// What the page asks of the server about when a class is taught. Weekly times are those on the school's wall.
import { ask, ask_json, query_of } from '../../api/client';
import type { PageOf } from '../../ui/listed.svelte';

export type Entry = {
    id: number;
    weekday: number | null;
    starts: string | null;
    ends: string | null;
    starts_at: string | null;
    ends_at: string | null;
    title: string;
    room_id: number | null;
    course_id: number | null;
    lesson_id: number | null;
};
export type Occurrence = {
    entry_id: number;
    class: { id: number; name: string };
    title: string;
    room_id: number | null;
    course_id: number | null;
    lesson: { id: number; title: string } | null;
    starts_at: string;
    ends_at: string;
    weekly: boolean;
};
export type NewEntry = {
    weekday: number;
    starts: string;
    ends: string;
    title?: string;
    room_id?: number;
    lesson_id?: number;
};

const utc_offset_minutes = () => -new Date().getTimezoneOffset();
export const entries_of = async (class_id: number) =>
    (await ask_json<PageOf<Entry>>('GET', `/v1/classes/${class_id}/timetable`)).items;
export const add_entry = (class_id: number, entry: NewEntry) =>
    ask_json<Entry>('POST', `/v1/classes/${class_id}/timetable`, entry);
export const remove_entry = (id: number) => ask('DELETE', `/v1/timetable/${id}`);

/// What is on today, from this browser's midnight to the next.
export async function today(now: Date): Promise<Occurrence[]> {
    const from = new Date(now.getFullYear(), now.getMonth(), now.getDate());
    const to = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
    const query = query_of({
        from: from.toISOString(),
        to: to.toISOString(),
        utc_offset_minutes: utc_offset_minutes(),
    });
    return (await ask_json<PageOf<Occurrence>>('GET', `/v1/timetable${query}`)).items;
}

/// The one that runs now, or the next of the day; null when school is over.
export function due(list: Occurrence[], now_ms: number): Occurrence | null {
    const ahead = list.filter((one) => Date.parse(one.ends_at) > now_ms);
    return ahead.sort((a, b) => a.starts_at.localeCompare(b.starts_at))[0] ?? null;
}
