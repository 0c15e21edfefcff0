// Calls about rooms and seats.
import { at, by_id, client, data, items } from '../../api/client';
import { by_name } from '../../i18n/i18n.svelte';
import type { Seat, SeatStatus } from '../../api/types';
import type { layout_of } from './draft';

export type SeatChange = { device_id?: number | null; person_id?: number | null; status?: SeatStatus };
export const list_rooms = async () => (await items(client.GET('/v1/rooms'))).sort(by_name);
export const get_room = (id: number) => data(client.GET('/v1/rooms/{id}', by_id(id)));
export type NewRoom = { name: string; rows: number; places: number };
export const new_room = { name: '', rows: 5, places: 6 };
export const create_room = (room: NewRoom) => data(client.POST('/v1/rooms', { body: room }));
export const remove_room = (id: number) => data(client.DELETE('/v1/rooms/{id}', by_id(id)));
export const change_seat = (id: number, change: SeatChange) =>
    data(client.PATCH('/v1/seats/{id}', { ...by_id(id), body: change }));
export const fill_room = (id: number, class_id?: number) =>
    data(
        client.POST('/v1/rooms/{id}/fill', {
            ...by_id(id),
            body: class_id === undefined ? {} : { class_id },
        }),
    );
const at_class = (id: number, class_id: number) => at({ id, class: class_id });
/// Keeps the present seating as the usual one of a class, or brings the usual one back.
export const keep_seating = (id: number, class_id: number) =>
    data(client.POST('/v1/rooms/{id}/seating/{class}/keep', at_class(id, class_id)));
export const apply_seating = (id: number, class_id: number) =>
    data(client.POST('/v1/rooms/{id}/seating/{class}/apply', at_class(id, class_id)));
/// Where a class usually sits, and a way to say so again.
export const seating_of = async (id: number, class_id: number) =>
    (await data(client.GET('/v1/rooms/{id}/seating/{class}', at_class(id, class_id)))).seats;
export const set_seating = (id: number, class_id: number, places: Awaited<ReturnType<typeof seating_of>>) =>
    data(
        client.PUT('/v1/rooms/{id}/seating/{class}', {
            ...at_class(id, class_id),
            body: {
                seats: places.map(({ seat_id, device_id, person }) => ({
                    seat_id,
                    device_id,
                    person_id: person?.id ?? null,
                })),
            },
        }),
    );
/// Puts people and headsets back on the seats that they had. Seats are cleared first: nobody sits on two.
export async function reseat(before: Seat[], now: Seat[]): Promise<void> {
    const wanted = new Map(before.map((seat) => [seat.id, seat]));
    const moved = now.filter((seat) => {
        const old = wanted.get(seat.id);
        return old && (old.device_id !== seat.device_id || old.person?.id !== seat.person?.id);
    });
    await Promise.all(moved.map((seat) => change_seat(seat.id, { device_id: null, person_id: null })));
    await Promise.all(
        moved.flatMap(({ id }) => {
            const { device_id, person } = wanted.get(id) as Seat;
            if (device_id === null && !person) return [];
            return change_seat(id, { device_id, person_id: person?.id ?? null });
        }),
    );
}
/// Saves the whole room at once. Seats that are missing are removed; the others keep who sits on them.
export const save_layout = (id: number, layout: ReturnType<typeof layout_of>) =>
    data(client.PUT('/v1/rooms/{id}/layout', { ...by_id(id), body: layout }));
export const rename_room = (id: number, name: string) =>
    data(client.PATCH('/v1/rooms/{id}', { ...by_id(id), body: { name } }));
