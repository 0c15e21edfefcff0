// Orders to headsets besides play and pause: to a whole session, or to chosen headsets.
import { by_id, client, data } from '../../api/client';
import type { Schemas } from '../../api/types';

export type Order = Schemas['Order'];

/// Without device_ids the order is for everybody in the session, including those who join later.
export const give_order = (session_id: number, order: Order, device_ids?: number[]) =>
    data(client.POST('/v1/sessions/{id}/commands', { ...by_id(session_id), body: { ...order, device_ids } }));

export const lower_hands = (session_id: number, device_ids?: number[]) =>
    data(client.POST('/v1/sessions/{id}/hands/lower', { ...by_id(session_id), body: { device_ids } }));

export const take_over = (session_id: number) =>
    data(client.POST('/v1/sessions/{id}/take-over', { ...by_id(session_id), body: {} }));

/// Stops all lessons of the person signed in.
export const stop_all = () => data(client.POST('/v1/sessions/stop-all', { body: {} }));

export const show_on_display = (session_id: number, device_id: number | null) =>
    data(client.PUT('/v1/sessions/{id}/display', { ...by_id(session_id), body: { device_id } }));

export const swap_headset = (session_id: number, device_id: number, spare_device_id: number) =>
    data(
        client.POST('/v1/sessions/{id}/swap', {
            ...by_id(session_id),
            body: { device_id, spare_device_id },
        }),
    );
