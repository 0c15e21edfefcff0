// What the page asks of the server about runs of scenarios.
import { ask, ask_json } from '../../api/client';
import type { PersonName } from '../../api/types';
import type { Key } from '../../i18n/i18n.svelte';
import type { PageOf } from '../../ui/listed.svelte';

export type Phase = 'assigned' | 'fetched' | 'running' | 'recorded' | 'cancelled';
export type Training = {
    run_id: number;
    device_id: number | null;
    person: PersonName | null;
    scenario: { id: number; title: string; version: number };
    phase: Phase;
    assigned_at: string;
    fetched_at: string | null;
    running_at: string | null;
    recorded_at: string | null;
    score: number | null;
    passed: boolean;
};
export type Item = {
    key: string;
    title: string;
    done: boolean | null;
    ticked_by: PersonName | null;
    ticked_at: string | null;
};
export type Note = {
    id: number;
    person: PersonName | null;
    noted_at: string;
    text: string;
    has_picture: boolean;
};
export type ScoreLine = {
    title: string;
    kind: string;
    points: number;
    most: number;
    must: boolean;
    met: boolean;
    reason: 'done' | 'not_done' | 'full' | 'partly' | 'none' | 'missing';
    value: number | null;
    explanation: string;
};
export type Detail = Training & {
    pass_score: number;
    reckoned_score: number | null;
    given: { score: number; reason: string; person: PersonName | null; given_at: string } | null;
    lines: ScoreLine[];
    items: Item[];
    metrics: Record<string, unknown>;
    resolution: string;
    escalated: boolean;
    notes: Note[];
};

export const phase_words: Record<Phase, Key> = {
    assigned: 'phase.assigned',
    fetched: 'phase.fetched',
    running: 'phase.running',
    recorded: 'phase.recorded',
    cancelled: 'phase.cancelled',
};
export const line_words: Record<ScoreLine['reason'], Key> = {
    done: 'line.done',
    not_done: 'line.not_done',
    full: 'line.full',
    partly: 'line.partly',
    none: 'line.none',
    missing: 'line.missing',
};

export const list_trainings = async () => (await ask_json<PageOf<Training>>('GET', '/v1/trainings')).items;
export const get_training = (id: number) => ask_json<Detail>('GET', `/v1/trainings/${id}`);
export const cancel_training = (id: number) => ask('DELETE', `/v1/trainings/${id}`);
export const tick = (id: number, key: string, done: boolean | null) =>
    ask_json<Detail>('PUT', `/v1/trainings/${id}/items/${encodeURIComponent(key)}`, { done });
export const add_note = (id: number, text: string, picture?: string) =>
    ask_json<Note>('POST', `/v1/trainings/${id}/notes`, { text, ...(picture ? { picture } : {}) });
export const remove_note = (id: number, note: number) => ask('DELETE', `/v1/trainings/${id}/notes/${note}`);
export const give_score = (id: number, score: number | null, reason: string) =>
    ask_json<Detail>('PUT', `/v1/trainings/${id}/score`, { score, reason });
