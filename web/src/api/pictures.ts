// The newest picture of what each headset sees. Pictures arrive over the live socket as long as something on
// the page watches their topic: "pictures/3" for many small ones, "view/3" for one large one.
import { SvelteMap } from 'svelte/reactivity';

const kind_of_picture = 1;
const head_bytes = 9; // the kind, and the headset's id, big endian

export const pictures = new SvelteMap<number, string>();
const newest = new Map<number, Blob>();

export function device_of_frame(frame: ArrayBuffer): number | null {
    if (frame.byteLength <= head_bytes) return null;
    const view = new DataView(frame);
    return view.getUint8(0) === kind_of_picture ? Number(view.getBigUint64(1)) : null;
}

export function take_picture(frame: ArrayBuffer): void {
    const device_id = device_of_frame(frame);
    if (device_id === null) return;
    const before = pictures.get(device_id);
    const picture = new Blob([frame.slice(head_bytes)], { type: 'image/jpeg' });
    newest.set(device_id, picture);
    pictures.set(device_id, URL.createObjectURL(picture));
    // The old one may still be on the screen for a moment.
    if (before) setTimeout(() => URL.revokeObjectURL(before), 500);
}

/// The newest picture of a headset, in the form in which the server takes pictures.
export async function picture_as_base64(device_id: number): Promise<string | undefined> {
    const picture = newest.get(device_id);
    if (!picture) return undefined;
    const bytes = new Uint8Array(await picture.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
