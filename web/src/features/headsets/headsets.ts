// Calls about headsets and their pairing.
import type { Device } from '../../api/types';
import { by_id, client, data } from '../../api/client';
import { every_page } from '../../api/every_page';

/// All of them, page by page.
export const list_devices = (): Promise<Device[]> =>
    every_page((cursor) => data(client.GET('/v1/devices', { params: { query: { limit: 200, ...cursor } } })));
export const change_device = (id: number, change: { name: string; group: string }) =>
    data(client.PATCH('/v1/devices/{id}', { ...by_id(id), body: change }));
/// The spare takes over the id of the broken one, and with it the seat, the name and the history.
export const replace_device = (id: number, spare_id: number) =>
    data(client.POST('/v1/devices/{id}/replace', { ...by_id(id), body: { device_id: spare_id } }));
export const unpair_device = (id: number) => data(client.DELETE('/v1/devices/{id}', by_id(id)));
export const new_pairing_code = () => data(client.POST('/v1/pairing-codes'));
export const open_pairing = (seconds: number) =>
    data(client.PUT('/v1/pairing-window', { body: { open_for_s: seconds } }));
export const admit = (id: number) => data(client.POST('/v1/pairing-requests/{id}/admit', by_id(id)));
export const refuse = (id: number) => data(client.DELETE('/v1/pairing-requests/{id}', by_id(id)));

/// DPVR headsets that connected by their own remote control, in no school yet.
export const remote_controlled = () => data(client.GET('/v1/dpvr/waiting'));
export const take_in = (serial_number: string) =>
    data(client.POST('/v1/dpvr/headsets', { body: { headsets: [{ serial_number }] } }));

/// A code the way it is read aloud: "042 137".
export function spaced_code(code: string): string {
    return code.length === 6 ? `${code.slice(0, 3)} ${code.slice(3)}` : code;
}
