// Calls about sessions.
import { at, by_id, client, data, items } from '../../api/client';
import type { Session, SessionState } from '../../api/types';

export type NewSession = {
    title: string;
    class_id?: number;
    room_id?: number;
    lesson_ids?: number[];
    goes_on_from?: number;
};

export const create_session = (session: NewSession) => data(client.POST('/v1/sessions', { body: session }));
export const get_session = (id: number) => data(client.GET('/v1/sessions/{id}', by_id(id)));
export const list_sessions = (state: SessionState) =>
    items(client.GET('/v1/sessions', { params: { query: { state, limit: 100 } } }));
/// The newest session of a class that has stopped.
export const last_session_of = async (class_id: number): Promise<Session | null> => {
    const query = { state: 'stopped' as const, class: class_id, limit: 1 };
    return (await items(client.GET('/v1/sessions', { params: { query } })))[0] ?? null;
};
export const start = (id: number, lesson_index?: number) =>
    data(
        client.POST('/v1/sessions/{id}/start', {
            ...by_id(id),
            body: lesson_index === undefined ? {} : { lesson_index },
        }),
    );
export const pause = (id: number) => data(client.POST('/v1/sessions/{id}/pause', { ...by_id(id), body: {} }));
export const resume = (id: number) =>
    data(client.POST('/v1/sessions/{id}/resume', { ...by_id(id), body: {} }));
export const seek = (id: number, position_ms: number) =>
    data(client.POST('/v1/sessions/{id}/seek', { ...by_id(id), body: { position_ms } }));
export const stop = (id: number) => data(client.POST('/v1/sessions/{id}/stop', { ...by_id(id), body: {} }));
export const retry = (id: number, number: number, device_ids?: number[]) =>
    data(
        client.POST('/v1/sessions/{id}/commands/{number}/retry', {
            ...at({ id, number }),
            body: device_ids ? { device_ids } : {},
        }),
    );
