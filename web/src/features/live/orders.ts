// What is said to headsets beside play and pause: to all of a session, or to the headsets of a target.
import { ask_json } from '../../api/client';
import type { Session } from '../../api/types';

export type Order =
    | { action: 'eyes_on_me'; arguments: { message?: string; seconds?: number } }
    | { action: 'release' }
    | { action: 'message'; arguments: { text: string; seconds?: number } }
    | { action: 'look'; arguments: { yaw_deg: number; pitch_deg: number; seconds?: number } }
    | { action: 'launch'; arguments: { kind: string; content: string; title?: string } }
    | { action: 'volume' | 'brightness'; arguments: { percent: number } }
    | { action: 'recenter' | 'catch_up' }
    | { action: 'identify'; arguments: { seconds?: number } };

/// Without device_ids it is for everybody in the session, also for those who come later.
export const give_order = (session_id: number, order: Order, device_ids?: number[]) =>
    ask_json('POST', `/v1/sessions/${session_id}/commands`, {
        ...order,
        ...(device_ids ? { device_ids } : {}),
    });

export const lower_hands = (session_id: number, device_ids?: number[]) =>
    ask_json('POST', `/v1/sessions/${session_id}/hands/lower`, device_ids ? { device_ids } : {});

export const take_over = (session_id: number) =>
    ask_json<Session>('POST', `/v1/sessions/${session_id}/take-over`, {});

/// Every lesson of one's own.
export const stop_all = () => ask_json('POST', '/v1/sessions/stop-all', {});

export const show_on_display = (session_id: number, device_id: number | null) =>
    ask_json<Session>('PUT', `/v1/sessions/${session_id}/display`, { device_id });

export const swap_headset = (session_id: number, device_id: number, spare_device_id: number) =>
    ask_json('POST', `/v1/sessions/${session_id}/swap`, { device_id, spare_device_id });
