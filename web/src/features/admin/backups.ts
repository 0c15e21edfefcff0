// Calls about backups.
import { address, at, client, data, items } from '../../api/client';
import type { Schemas } from '../../api/types';

export type Backup = Schemas['Backup'];

export const list_backups = () => items(client.GET('/v1/backups'));
export const make_backup = (content: boolean) => data(client.POST('/v1/backups', { body: { content } }));
export const remove_backup = (name: string) => data(client.DELETE('/v1/backups/{name}', at({ name })));
export const backup_file = (name: string) => address('/v1/backups/{name}/file', at({ name }));
