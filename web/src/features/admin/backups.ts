// Calls about backups.
import { address, at, client, data, items } from '../../api/client';
import type { Schemas } from '../../api/types';
import { t } from '../../i18n/i18n.svelte';

export type Backup = Schemas['Backup'];
export type Nightly = Schemas['NightlyBackups'];
export type Holdings = Schemas['Holdings'];

export const list_backups = () => items(client.GET('/v1/backups'));
export const make_backup = (content: boolean) => data(client.POST('/v1/backups', { body: { content } }));
export const remove_backup = (name: string) => data(client.DELETE('/v1/backups/{name}', at({ name })));
export const backup_file = (name: string) => address('/v1/backups/{name}/file', at({ name }));
export const get_nightly = () => data(client.GET('/v1/system/backups'));
export const look_at_backup = (name: string) => data(client.GET('/v1/backups/{name}', at({ name })));
export const restore_backup = (name: string) => data(client.POST('/v1/backups/{name}/restore', at({ name })));
export const undo_restore = () => data(client.POST('/v1/system/backups/undo'));

/// "Riverside: 34 people, 12 headsets, 3 files"
export const holdings_text = (holds: Holdings): string =>
    t('backup.holds', {
        school: holds.first_organisation,
        people: holds.people,
        headsets: holds.headsets,
        files: holds.contents,
    });
