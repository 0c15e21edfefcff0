// Calls about rooms and seats.
import { at, by_id, client, data, items } from '../../api/client';
import type { SeatStatus } from '../../api/types';
import type { layout_of } from './draft';

export type SeatChange = { device_id?: number | null; person_id?: number | null; status?: SeatStatus };
export const list_rooms = () => items(client.GET('/v1/rooms'));
export const get_room = (id: number) => data(client.GET('/v1/rooms/{id}', by_id(id)));
export const create_room = (name: string, rows: number, places: number) =>
    data(client.POST('/v1/rooms', { body: { name, rows, places } }));
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
/// Saves the whole room at once. Seats that are missing are removed; the others keep who sits on them.
export const save_layout = (id: number, layout: ReturnType<typeof layout_of>) =>
    data(client.PUT('/v1/rooms/{id}/layout', { ...by_id(id), body: layout }));
export const rename_room = (id: number, name: string) =>
    data(client.PATCH('/v1/rooms/{id}', { ...by_id(id), body: { name } }));
