// The addresses inside the page: who may go there, and which component shows them.
import type { Component } from 'svelte';
import type { Role } from '../api/types';
import { match } from './router.svelte';

export type Parts = Record<string, string>;
export type Route = {
    pattern: string;
    least: Role;
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    load: () => Promise<{ default: Component<any> }>;
    props?: (parts: Parts) => Record<string, unknown>;
};

const by_id = (parts: Parts) => ({ id: Number(parts.id) });

const scenario = () => import('../features/scenarios/ScenarioPage.svelte');

export const routes: Route[] = [
    { pattern: '/today', least: 'teacher', load: () => import('../features/today/Today.svelte') },
    { pattern: '/ready', least: 'teacher', load: () => import('../features/preflight/Preflight.svelte') },
    { pattern: '/classes', least: 'viewer', load: () => import('../features/classes/Classes.svelte') },
    {
        pattern: '/classes/:id',
        least: 'viewer',
        load: () => import('../features/classes/ClassPage.svelte'),
        props: by_id,
    },
    {
        pattern: '/classes/:id/cards',
        least: 'teacher',
        load: () => import('../features/classes/Cards.svelte'),
        props: by_id,
    },
    {
        pattern: '/people/:id',
        least: 'viewer',
        load: () => import('../features/people/PersonPage.svelte'),
        props: by_id,
    },
    { pattern: '/lessons', least: 'viewer', load: () => import('../features/lessons/Lessons.svelte') },
    { pattern: '/courses', least: 'viewer', load: () => import('../features/courses/Courses.svelte') },
    {
        pattern: '/courses/:id',
        least: 'viewer',
        load: () => import('../features/courses/CoursePage.svelte'),
        props: by_id,
    },
    { pattern: '/content', least: 'viewer', load: () => import('../features/content/ContentPage.svelte') },
    { pattern: '/scenarios', least: 'viewer', load: () => import('../features/scenarios/Scenarios.svelte') },
    { pattern: '/scenarios/new', least: 'teacher', load: scenario, props: () => ({ id: null }) },
    { pattern: '/scenarios/:id', least: 'viewer', load: scenario, props: by_id },
    { pattern: '/trainings', least: 'viewer', load: () => import('../features/trainings/Queue.svelte') },
    {
        pattern: '/trainings/:id',
        least: 'viewer',
        load: () => import('../features/trainings/TrainingPage.svelte'),
        props: by_id,
    },
    {
        pattern: '/leaderboard',
        least: 'viewer',
        load: () => import('../features/progress/Leaderboard.svelte'),
    },
    { pattern: '/headsets', least: 'viewer', load: () => import('../features/headsets/Headsets.svelte') },
    { pattern: '/results', least: 'viewer', load: () => import('../features/results/Results.svelte') },
    {
        pattern: '/results/:id',
        least: 'viewer',
        load: () => import('../features/results/SummaryPage.svelte'),
        props: by_id,
    },
    {
        pattern: '/results/:id/debrief',
        least: 'viewer',
        load: () => import('../features/results/Debrief.svelte'),
        props: by_id,
    },
    {
        pattern: '/results/:id/report',
        least: 'viewer',
        load: () => import('../features/results/Report.svelte'),
        props: by_id,
    },
    {
        pattern: '/results/:id/students/:person',
        least: 'viewer',
        load: () => import('../features/results/StudentPage.svelte'),
        props: (parts) => ({ id: Number(parts.id), person: Number(parts.person) }),
    },
    {
        pattern: '/rooms/:id',
        least: 'viewer',
        load: () => import('../features/rooms/RoomPage.svelte'),
        props: by_id,
    },
    {
        pattern: '/rooms/:id/edit',
        least: 'teacher',
        load: () => import('../features/rooms/RoomEditor.svelte'),
        props: by_id,
    },
    { pattern: '/account', least: 'viewer', load: () => import('../features/account/Account.svelte') },
    { pattern: '/admin', least: 'teacher', load: () => import('../features/admin/Admin.svelte') },
    {
        pattern: '/admin/:part',
        least: 'teacher',
        load: () => import('../features/admin/Admin.svelte'),
        props: (parts) => ({ part: parts.part }),
    },
];

export function route_of(path: string): { route: Route; parts: Parts } | null {
    for (const route of routes) {
        const parts = match(route.pattern, path);
        if (parts) return { route, parts };
    }
    return null;
}
