// Calls about conversations.
import { at, by_id, client, data, items } from '../../api/client';
import type { Schemas } from '../../api/types';

export type Message = Schemas['ChatMessage'];
export const longest_message = 1000;

export const list_messages = (run_id: number) =>
    items(client.GET('/v1/runs/{id}/messages', at({ id: run_id }, { limit: 1000 })));
export const say = (run_id: number, text: string) =>
    data(client.POST('/v1/runs/{id}/messages', { ...by_id(run_id), body: { text } }));
export type Said = Awaited<ReturnType<typeof say>>;

/// Merges lists into one that has each message once, in the order in which they were said.
export function merged(...lists: Message[][]): Message[] {
    const by_id = new Map(lists.flat().map((one) => [one.id, one]));
    return [...by_id.values()].sort((a, b) => a.id - b.id);
}
