// Calls about courses: modules in order, and the lessons in each.
import { by_id, client, data, items } from '../../api/client';
import { every_page } from '../../api/every_page';
import type { Lesson, Schemas } from '../../api/types';
import { by_name } from '../../i18n/i18n.svelte';

export type Course = Schemas['Course'];
export type CourseWithModules = Schemas['CourseWithModules'];
export type Module = CourseWithModules['modules'][number];
/// The outline while it is edited. A new module has no id yet, so every module has a key.
export type Outline = { key: number; id: number | null; title: string; lessons: Lesson[] }[];

export const list_courses = () => items(client.GET('/v1/courses', { params: { query: { limit: 200 } } }));
export const list_removed_courses = async () => {
    const all = await every_page((cursor) =>
        data(client.GET('/v1/courses', { params: { query: { limit: 200, archived: 'true', ...cursor } } })),
    );
    return all.map(({ id, title }) => ({ id, name: title })).sort(by_name);
};
export const get_course = (id: number) => data(client.GET('/v1/courses/{id}', by_id(id)));
export const create_course = (title: string, description: string) =>
    data(client.POST('/v1/courses', { body: { title, description } }));
export const change_course = (id: number, title: string, description: string) =>
    data(client.PATCH('/v1/courses/{id}', { ...by_id(id), body: { title, description } }));
export const archive_course = (id: number) => data(client.DELETE('/v1/courses/{id}', by_id(id)));
export const restore_course = (id: number) => data(client.POST('/v1/courses/{id}/restore', by_id(id)));
export const copy_course = (id: number) =>
    data(client.POST('/v1/courses/{id}/copy', { ...by_id(id), body: {} }));
export const save_outline = (id: number, outline: Outline) => {
    const modules = outline.map((module) => ({
        ...(module.id === null ? {} : { id: module.id }),
        title: module.title,
        lesson_ids: module.lessons.map((lesson) => lesson.id),
    }));
    return data(client.PUT('/v1/courses/{id}/outline', { ...by_id(id), body: { modules } }));
};

export function outline_of(modules: Module[]): Outline {
    return modules.map((module, index) => ({
        key: index + 1,
        id: module.id,
        title: module.title,
        lessons: module.lessons,
    }));
}

/// Moves an item one place up or down; does nothing at either end.
export function shifted<Item>(items: Item[], index: number, by: -1 | 1): Item[] {
    const to = index + by;
    if (to < 0 || to >= items.length) return items;
    const next = [...items];
    [next[index], next[to]] = [next[to] as Item, next[index] as Item];
    return next;
}

/// Moves a lesson one place up or down, if need be into the neighbouring module.
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
