// What the page asks of the server about courses: modules in order, and the lessons in each.
import { ask, ask_json } from '../../api/client';
import type { Lesson } from '../../api/types';
import type { PageOf } from '../../ui/listed.svelte';

export type Course = {
    id: number;
    title: string;
    description: string;
    archived: boolean;
    created_at: string;
    module_count: number;
    lesson_count: number;
};
export type Module = { id: number; title: string; lessons: Lesson[] };
export type CourseWithModules = Course & { modules: Module[] };
/// While it is edited: a module that is new has no id, and all have a key of their own.
export type Outline = { key: number; id: number | null; title: string; lessons: Lesson[] }[];

export const list_courses = async () =>
    (await ask_json<PageOf<Course>>('GET', '/v1/courses?limit=200')).items;
export const get_course = (id: number) => ask_json<CourseWithModules>('GET', `/v1/courses/${id}`);
export const create_course = (title: string, description: string) =>
    ask_json<Course>('POST', '/v1/courses', { title, description });
export const change_course = (id: number, title: string, description: string) =>
    ask_json<Course>('PATCH', `/v1/courses/${id}`, { title, description });
export const archive_course = (id: number) => ask('DELETE', `/v1/courses/${id}`);
export const restore_course = (id: number) => ask('POST', `/v1/courses/${id}/restore`, {});
export const copy_course = (id: number) => ask_json<Course>('POST', `/v1/courses/${id}/copy`, {});
export const save_outline = (id: number, outline: Outline) =>
    ask_json<CourseWithModules>('PUT', `/v1/courses/${id}/outline`, {
        modules: outline.map((module) => ({
            ...(module.id === null ? {} : { id: module.id }),
            title: module.title,
            lesson_ids: module.lessons.map((lesson) => lesson.id),
        })),
    });

export function outline_of(modules: Module[]): Outline {
    return modules.map((module, index) => ({
        key: index + 1,
        id: module.id,
        title: module.title,
        lessons: module.lessons,
    }));
}

/// One place up or down; at either end nothing happens.
export function shifted<Item>(items: Item[], index: number, by: -1 | 1): Item[] {
    const to = index + by;
    if (to < 0 || to >= items.length) return items;
    const next = [...items];
    [next[index], next[to]] = [next[to] as Item, next[index] as Item];
    return next;
}

/// A lesson one place up or down, also over the border to the neighbouring module.
export function shift_lesson(outline: Outline, module: number, index: number, by: -1 | 1): Outline {
    const from = outline[module];
    const lesson = from?.lessons[index];
    if (!from || !lesson) return outline;
    const within = shifted(from.lessons, index, by);
    if (within !== from.lessons)
        return outline.map((one, at) => (at === module ? { ...one, lessons: within } : one));
    const target = outline[module + by];
    if (!target) return outline;
    return outline.map((one, at) => {
        if (at === module) return { ...one, lessons: one.lessons.filter((_, place) => place !== index) };
        if (at === module + by)
            return { ...one, lessons: by > 0 ? [lesson, ...one.lessons] : [...one.lessons, lesson] };
        return one;
    });
}
