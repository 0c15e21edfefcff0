// The parts of the administration, in the order of the menu.
import type { Component } from 'svelte';
import { app } from '../../api/app.svelte';
import type { Key } from '../../i18n/i18n.svelte';
import type { IconName } from '../../ui/icons';

type Who = 'teacher' | 'administrator' | 'box';
export type Part = {
    name: string;
    title: Key;
    text: Key;
    icon: IconName;
    who: Who;
    load: () => Promise<{ default: Component }>;
};

export const parts: Part[] = [
    {
        name: 'rooms',
        title: 'admin.rooms',
        text: 'admin.rooms_text',
        icon: 'seat',
        who: 'teacher',
        load: () => import('./Rooms.svelte'),
    },
    {
        name: 'people',
        title: 'admin.people',
        text: 'admin.people_text',
        icon: 'classes',
        who: 'teacher',
        load: () => import('../people/People.svelte'),
    },
    {
        name: 'invitations',
        title: 'admin.invitations',
        text: 'admin.invitations_text',
        icon: 'plus',
        who: 'administrator',
        load: () => import('../people/Invitations.svelte'),
    },
    {
        name: 'lockouts',
        title: 'admin.lockouts',
        text: 'admin.lockouts_text',
        icon: 'lock',
        who: 'teacher',
        load: () => import('../people/Lockouts.svelte'),
    },
    {
        name: 'roster',
        title: 'admin.roster',
        text: 'admin.roster_text',
        icon: 'upload',
        who: 'administrator',
        load: () => import('../roster/Roster.svelte'),
    },
    {
        name: 'organisation',
        title: 'admin.organisation',
        text: 'admin.organisation_text',
        icon: 'today',
        who: 'administrator',
        load: () => import('./Organisation.svelte'),
    },
    {
        name: 'keys',
        title: 'admin.keys',
        text: 'admin.keys_text',
        icon: 'key',
        who: 'administrator',
        load: () => import('./SiteKeys.svelte'),
    },
    {
        name: 'organisations',
        title: 'admin.organisations',
        text: 'admin.organisations_text',
        icon: 'school',
        who: 'box',
        load: () => import('./Organisations.svelte'),
    },
    {
        name: 'audit',
        title: 'admin.audit',
        text: 'admin.audit_text',
        icon: 'list',
        who: 'administrator',
        load: () => import('./Audit.svelte'),
    },
    {
        name: 'backups',
        title: 'admin.backups',
        text: 'admin.backups_text',
        icon: 'shield',
        who: 'box',
        load: () => import('./Backups.svelte'),
    },
    {
        name: 'system',
        title: 'admin.system',
        text: 'admin.system_text',
        icon: 'box',
        who: 'administrator',
        load: () => import('./System.svelte'),
    },
];

export function my_parts(): Part[] {
    return parts.filter((part) => {
        if (part.who !== 'teacher' && !app.can_administer) return false;
        return part.who !== 'box' || app.is_box_administrator;
    });
}
