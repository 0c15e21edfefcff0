// What the page asks of the server about progress.
import { ask_json, query_of } from '../../api/client';
import type { PersonName } from '../../api/types';
import type { PageOf } from '../../ui/listed.svelte';

export type Row = {
    rank: number;
    person: PersonName | null;
    you: boolean;
    xp: number;
    level: number;
    runs: number;
};
export type Board = { mode: 'names' | 'anonymous' | 'off'; items: Row[] };
export type Done = {
    run_id: number;
    scenario: { id: number; title: string; version: number };
    started_at: string;
    recorded_at: string | null;
    score: number | null;
    passed: boolean;
    xp: number | null;
};

export const get_board = (class_id: number | null = null) =>
    ask_json<Board>('GET', `/v1/leaderboard${query_of({ class: class_id })}`);
/// Of whoever is signed in, or of somebody.
export const progress_path = (person_id: number | null) =>
    person_id === null ? '/v1/progress' : `/v1/people/${person_id}/progress`;
export const page_of_done = (person_id: number | null, cursor?: string) =>
    ask_json<PageOf<Done>>('GET', `${progress_path(person_id)}/history${query_of({ cursor, limit: 20 })}`);
