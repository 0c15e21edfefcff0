// What the page asks of the server about the box itself.
import { ask, ask_json, query_of } from '../../api/client';

/// Figures that a server may not give are absent, and then not shown.
export type System = {
    version: string;
    server_at: string;
    addresses: string[];
    memory_bytes: number;
    store: { queue?: number; commit_last_us?: number; wal_bytes?: number; storage_full?: boolean };
    live: { clients?: number; queued_bytes?: number; dropped_clients?: number };
    network: { connections?: number; sockets?: number; requests?: number; transfers?: number };
    disk?: { free_bytes?: number; total_bytes?: number };
    versions?: Record<string, string | number>;
    clock?: { server_ms: number; difference_ms: number | null; can_be_set: boolean };
    queues?: Record<string, number>;
    last_backup_at?: string | null;
};

/// The server is told this browser's time, so that it can say by how much the two differ.
export const get_system = () => ask_json<System>('GET', `/v1/system${query_of({ client_ms: Date.now() })}`);
export const set_clock = () => ask('PUT', '/v1/system/clock', { now_ms: Date.now() });
