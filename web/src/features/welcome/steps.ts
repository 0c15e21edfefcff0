// The steps of a new box's first day, once it has an administrator. Each has an address of its own, so that a
// reload or a break changes nothing, and each can be skipped.
import type { Key } from '../../i18n/i18n.svelte';

export type StepName = 'second-factor' | 'room' | 'roster' | 'headset' | 'done';
export const steps: { name: StepName; title: Key; text: Key }[] = [
    { name: 'second-factor', title: 'welcome.second_factor', text: 'welcome.second_factor_text' },
    { name: 'room', title: 'welcome.room', text: 'welcome.room_text' },
    { name: 'roster', title: 'welcome.roster', text: 'welcome.roster_text' },
    { name: 'headset', title: 'welcome.headset', text: 'welcome.headset_text' },
    { name: 'done', title: 'welcome.done', text: 'welcome.done_text' },
];
