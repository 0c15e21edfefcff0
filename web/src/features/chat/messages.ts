// What the page knows of conversations.
import { ask_json } from '../../api/client';
import type { PersonName } from '../../api/types';
import type { PageOf } from '../../ui/listed.svelte';

export type Message = {
    id: number;
    run_id: number;
    role: 'student' | 'persona' | 'teacher';
    person: PersonName | null;
    text: string;
    origin: 'endpoint' | 'embedded' | null;
    sent_at: string;
};
export type Said = { message: Message; reply: Message | null };
export const longest_message = 1000;

export const list_messages = async (run_id: number) =>
    (await ask_json<PageOf<Message>>('GET', `/v1/runs/${run_id}/messages?limit=1000`)).items;
export const say = (run_id: number, text: string) =>
    ask_json<Said>('POST', `/v1/runs/${run_id}/messages`, { text });

/// Each once, in the order in which they were said, however often and from wherever they came.
export function merged(...lists: Message[][]): Message[] {
    const by_id = new Map(lists.flat().map((one) => [one.id, one]));
    return [...by_id.values()].sort((a, b) => a.id - b.id);
}
