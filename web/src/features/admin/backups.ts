// What the page asks of the server about copies of everything.
import { ask, ask_json } from '../../api/client';
import type { PageOf } from '../../ui/listed.svelte';

export type Backup = { name: string; size: number; created_at: string };

export const list_backups = async () => (await ask_json<PageOf<Backup>>('GET', '/v1/backups')).items;
export const make_backup = (content: boolean) => ask_json<Backup>('POST', '/v1/backups', { content });
export const remove_backup = (name: string) => ask('DELETE', `/v1/backups/${encodeURIComponent(name)}`);
export const backup_file = (name: string) => `/v1/backups/${encodeURIComponent(name)}/file`;
