// What the page asks of the server about rooms and seats.
import { get, patch, post, remove } from '../../api/request';
import type { List, Room, Seat, SeatStatus } from '../../api/types';

export const list_rooms = async () => (await get<List<Room>>('/v1/rooms?limit=200')).items;
export const get_room = (id: number) => get<Room>(`/v1/rooms/${id}`);
export const create_room = (name: string, rows: number, places: number) =>
    post<Room>('/v1/rooms', { name, rows, places });
export const remove_room = (id: number) => remove<null>(`/v1/rooms/${id}`);
export const change_seat = (
    id: number,
    change: { device_id?: number | null; person_id?: number | null; status?: SeatStatus },
) => patch<Seat>(`/v1/seats/${id}`, change);
export const fill_room = (id: number, class_id?: number) =>
    post<unknown>(`/v1/rooms/${id}/fill`, class_id === undefined ? {} : { class_id });
