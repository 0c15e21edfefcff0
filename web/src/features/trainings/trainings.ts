// Calls about runs of scenarios.
import { address, at, by_id, client, data, items } from '../../api/client';
import type { Schemas } from '../../api/types';
import type { Key } from '../../i18n/i18n.svelte';

export type Training = Schemas['Training'];
export type Detail = Schemas['TrainingDetail'];
export type Phase = Training['phase'];
export type Item = Schemas['TrainingItem'];
export type Note = Schemas['TrainingNote'];
export type ScoreLine = Schemas['ScoreLine'];

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

export const list_trainings = () => items(client.GET('/v1/trainings'));
export const get_training = (id: number) => data(client.GET('/v1/trainings/{id}', by_id(id)));
export const cancel_training = (id: number) => data(client.DELETE('/v1/trainings/{id}', by_id(id)));
export const tick = (id: number, key: string, done: boolean | null) =>
    data(client.PUT('/v1/trainings/{id}/items/{item}', { ...at({ id, item: key }), body: { done } }));
export const add_note = (id: number, text: string, picture?: string) =>
    data(
        client.POST('/v1/trainings/{id}/notes', {
            ...by_id(id),
            body: { text, ...(picture ? { picture } : {}) },
        }),
    );
export const remove_note = (id: number, note: number) =>
    data(client.DELETE('/v1/trainings/{id}/notes/{note}', at({ id, note })));
export const picture_of_note = (id: number, note: number) =>
    address('/v1/trainings/{id}/notes/{note}/picture', at({ id, note }));
export const give_score = (id: number, score: number | null, reason: string) =>
    data(client.PUT('/v1/trainings/{id}/score', { ...by_id(id), body: { score, reason } }));
