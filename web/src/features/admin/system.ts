// Calls about the box itself.
import { client, data } from '../../api/client';

type Told = Awaited<ReturnType<typeof ask_for_system>>;
export type System = Omit<Told, 'store' | 'live' | 'network'> & {
    store: { queue: number; commit_last_us: number; wal_bytes: number; storage_full: boolean };
    live: { clients: number; queued_bytes: number; dropped_clients: number };
    network: { connections: number; sockets: number; requests: number; transfers: number };
};

/// Tells the server this browser's time, so that it can answer by how much the two differ.
const ask_for_system = () => data(client.GET('/v1/system', { params: { query: { client_ms: Date.now() } } }));
export const get_system = () => ask_for_system() as Promise<System>;
export const set_clock = () => data(client.PUT('/v1/system/clock', { body: { now_ms: Date.now() } }));
