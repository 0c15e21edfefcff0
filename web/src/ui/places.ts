// The places of the page, in the order of the rail.
import type { Role } from '../api/types';
import type { Key } from '../i18n/i18n.svelte';
import type { IconName } from './icons';

export type Place = { path: string; name: Key; icon: IconName; least: Role; also?: string[] };

export const places: Place[] = [
    { path: '/live', name: 'place.live', icon: 'live', least: 'viewer' },
    { path: '/today', name: 'place.today', icon: 'today', least: 'teacher' },
    { path: '/classes', name: 'place.classes', icon: 'classes', least: 'viewer' },
    {
        path: '/lessons',
        name: 'place.lessons',
        icon: 'lessons',
        least: 'viewer',
        also: ['/courses', '/content', '/scenarios', '/trainings'],
    },
    { path: '/headsets', name: 'place.headsets', icon: 'headsets', least: 'viewer' },
    { path: '/results', name: 'place.results', icon: 'results', least: 'viewer', also: ['/leaderboard'] },
    { path: '/admin', name: 'place.admin', icon: 'admin', least: 'teacher', also: ['/rooms', '/people'] },
];

export function is_at(place: Place, path: string): boolean {
    return [place.path, ...(place.also ?? [])].some(
        (start) => path === start || path.startsWith(`${start}/`),
    );
}
