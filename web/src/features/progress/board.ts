// Calls about progress.
import { at, by_id, client, data } from '../../api/client';
import type { Schemas } from '../../api/types';

export type Board = Schemas['Leaderboard'];
export type Row = Schemas['LeaderboardRow'];
export type Done = Schemas['TrainingHistory'];

export const get_board = (class_id: number | null = null) =>
    data(client.GET('/v1/leaderboard', { params: { query: { class: class_id ?? undefined } } }));
/// The progress of a person; null for the person signed in.
export const get_progress = (person_id: number | null) =>
    person_id === null
        ? data(client.GET('/v1/progress'))
        : data(client.GET('/v1/people/{id}/progress', by_id(person_id)));
export const page_of_done = (person_id: number | null, cursor?: string) => {
    const query = { cursor, limit: 20 };
    return person_id === null
        ? data(client.GET('/v1/progress/history', { params: { query } }))
        : data(client.GET('/v1/people/{id}/progress/history', at({ id: person_id }, query)));
};
