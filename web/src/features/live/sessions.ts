// What the page asks of the server about sessions.
import { get, post } from '../../api/request';
import type { Command, List, Session } from '../../api/types';

export type NewSession = { title: string; class_id?: number; room_id?: number; lesson_ids?: number[] };
type Ordered = { session: Session; command: Command | null };

export const create_session = (session: NewSession) => post<Session>('/v1/sessions', session);
export const get_session = (id: number) => get<Session>(`/v1/sessions/${id}`);
export const list_sessions = (state: string) => get<List<Session>>(`/v1/sessions?state=${state}&limit=100`);
export const start = (id: number, lesson_index?: number) =>
    post<Ordered>(`/v1/sessions/${id}/start`, lesson_index === undefined ? {} : { lesson_index });
export const pause = (id: number) => post<Ordered>(`/v1/sessions/${id}/pause`);
export const resume = (id: number) => post<Ordered>(`/v1/sessions/${id}/resume`);
export const seek = (id: number, position_ms: number) => post<Ordered>(`/v1/sessions/${id}/seek`, { position_ms });
export const stop = (id: number) => post<Ordered>(`/v1/sessions/${id}/stop`);
export const retry = (id: number, number: number, device_ids?: number[]) =>
    post<{ command: Command }>(`/v1/sessions/${id}/commands/${number}/retry`, device_ids ? { device_ids } : {});
