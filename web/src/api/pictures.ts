// The pictures that headsets send of what they see, the newest of each. They come over the page's live socket, as long as
// something on the page watches their topic ("pictures/3" for many small ones, "view/3" for one large).
import { SvelteMap } from 'svelte/reactivity';

const kind_of_picture = 1;
const head_bytes = 9; // the kind, and the headset's id, big endian

export const pictures = new SvelteMap<number, string>();

export function device_of_frame(frame: ArrayBuffer): number | null {
    if (frame.byteLength <= head_bytes) return null;
    const view = new DataView(frame);
    return view.getUint8(0) === kind_of_picture ? Number(view.getBigUint64(1)) : null;
}

export function take_picture(frame: ArrayBuffer): void {
    const device_id = device_of_frame(frame);
    if (device_id === null) return;
    const before = pictures.get(device_id);
    pictures.set(device_id, URL.createObjectURL(new Blob([frame.slice(head_bytes)], { type: 'image/jpeg' })));
    // The one before may still be drawn for a moment.
    if (before) setTimeout(() => URL.revokeObjectURL(before), 500);
}
