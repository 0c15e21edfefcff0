// Calls about site keys: clients sign in with one in their base URL.
import { by_id, client, data, items } from '../../api/client';

export const list_keys = () => items(client.GET('/v1/site-keys'));
export const make_key = (name: string, client_panel: boolean) =>
    data(client.POST('/v1/site-keys', { body: { name, client_panel } }));
export const rename_key = (id: number, name: string) =>
    data(client.PATCH('/v1/site-keys/{id}', { ...by_id(id), body: { name } }));
export const revoke_key = (id: number) => data(client.DELETE('/v1/site-keys/{id}', by_id(id)));
