import type { Role } from '../../api/types';
import type { Key } from '../../i18n/i18n.svelte';

export const role_words: Record<Role, Key> = {
    student: 'role.student',
    viewer: 'role.viewer',
    teacher: 'role.teacher',
    administrator: 'role.administrator',
};
