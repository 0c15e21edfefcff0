// What the page asks of the server about headsets and their pairing.
import { get, patch, post, put, remove } from '../../api/request';
import type { Device, List, PairingCode } from '../../api/types';

export const list_devices = async () => (await get<List<Device>>('/v1/devices?limit=1000')).items;
export const rename_device = (id: number, name: string) => patch<Device>(`/v1/devices/${id}`, { name });
export const unpair_device = (id: number) => remove<null>(`/v1/devices/${id}`);
export const new_pairing_code = () => post<PairingCode>('/v1/pairing-codes');
export const open_pairing = (seconds: number) => put<unknown>('/v1/pairing-window', { open_for_s: seconds });
export const admit = (id: number) => post<unknown>(`/v1/pairing-requests/${id}/admit`);
export const refuse = (id: number) => remove<null>(`/v1/pairing-requests/${id}`);

/// A code as it is read aloud: "042 137".
export function spaced_code(code: string): string {
    return code.length === 6 ? `${code.slice(0, 3)} ${code.slice(3)}` : code;
}
