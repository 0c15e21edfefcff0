// What the page asks of the server about scenarios: training with a goal.
import { ask, ask_json, query_of } from '../../api/client';
import type { Key } from '../../i18n/i18n.svelte';
import type { PageOf } from '../../ui/listed.svelte';

export type Difficulty = 'starter' | 'intermediate' | 'advanced';
export type CriterionKind = 'checklist' | 'metric' | 'time' | 'resolution';
export type Criterion = {
    title: string;
    kind: CriterionKind;
    of: string;
    weight: number;
    must: boolean;
    full_at?: number | null;
    none_at?: number | null;
    less_is_better?: boolean;
    words?: string[];
};
export type Persona = {
    name: string;
    personality: string;
    technical_level: string;
    communication_style: string;
};
export type Ticket = {
    priority: string;
    category: string;
    description: string;
    customer_info?: unknown;
    technical_context?: unknown;
};
export type Content = {
    title: string;
    description: string;
    difficulty: Difficulty;
    estimated_minutes: number;
    xp_reward: number;
    active: boolean;
    metrics: { key: string; title: string; unit: string }[];
    checklist: { key: string; title: string }[];
    additional_info: unknown;
    ticket_template: Ticket | null;
    persona: Persona | null;
    knowledge_base: { title: string; content: string; keywords: string[] }[];
    assessment: { pass_score: number; criteria: Criterion[] };
    prerequisites: number[];
};
export type Scenario = Content & {
    id: number;
    public_id: string;
    version: number;
    archived: boolean;
    changed_at: string;
};
export type Summary = {
    id: number;
    public_id: string;
    version: number;
    title: string;
    description: string;
    difficulty: Difficulty;
    estimated_minutes: number;
    xp_reward: number;
    active: boolean;
    has_persona: boolean;
    prerequisites: number[];
    changed_at: string;
};

export const difficulties: Difficulty[] = ['starter', 'intermediate', 'advanced'];
export const difficulty_words: Record<Difficulty, Key> = {
    starter: 'scenario.starter',
    intermediate: 'scenario.intermediate',
    advanced: 'scenario.advanced',
};
export const criterion_kinds: CriterionKind[] = ['checklist', 'metric', 'time', 'resolution'];
export const criterion_words: Record<CriterionKind, Key> = {
    checklist: 'criterion.checklist',
    metric: 'criterion.metric',
    time: 'criterion.time',
    resolution: 'criterion.resolution',
};

export const page_of_scenarios = (q: string, cursor?: string) =>
    ask_json<PageOf<Summary>>('GET', `/v1/scenarios${query_of({ q, cursor, limit: 100 })}`);
export const get_scenario = (id: number) => ask_json<Scenario>('GET', `/v1/scenarios/${id}`);
export const save_scenario = (id: number | null, content: Content) =>
    ask_json<Scenario>(
        id === null ? 'POST' : 'PATCH',
        id === null ? '/v1/scenarios' : `/v1/scenarios/${id}`,
        sent(content),
    );
export const remove_scenario = (id: number) => ask('DELETE', `/v1/scenarios/${id}`);
export const import_file = (text: string) =>
    ask_json<Scenario>('POST', '/v1/scenario-files', JSON.parse(text) as object);

export function empty_content(): Content {
    return {
        title: '',
        description: '',
        difficulty: 'starter',
        estimated_minutes: 10,
        xp_reward: 50,
        active: true,
        metrics: [],
        checklist: [],
        additional_info: {},
        ticket_template: null,
        persona: null,
        knowledge_base: [],
        assessment: { pass_score: 60, criteria: [] },
        prerequisites: [],
    };
}

/// A key for a title, as an app would call it: "Alarm pulled" becomes alarm_pulled, once.
export function key_for(title: string, taken: string[]): string {
    const base =
        title
            .toLowerCase()
            .normalize('NFKD')
            .replaceAll(/[^a-z0-9]+/g, '_')
            .replaceAll(/^_+|_+$/g, '')
            .slice(0, 60) || 'item';
    let key = base;
    for (let number = 2; taken.includes(key); ++number) key = `${base}_${number}`;
    return key;
}

const known = (value: number | null | undefined) => typeof value === 'number' && Number.isFinite(value);

/// As the server takes it: lines that were begun and left empty are gone, and so is what a kind of criterion has no use for.
export function sent(content: Content): Content {
    const keyed = <Line extends { key: string; title: string }>(lines: Line[]): Line[] => {
        const kept = lines.filter((line) => line.key.trim() || line.title.trim());
        const taken = kept.map((line) => line.key.trim()).filter(Boolean);
        return kept.map((line) => {
            const key = line.key.trim() || key_for(line.title, taken);
            taken.push(key);
            return { ...line, key };
        });
    };
    return {
        title: content.title,
        description: content.description,
        difficulty: content.difficulty,
        estimated_minutes: content.estimated_minutes,
        xp_reward: content.xp_reward,
        active: content.active,
        metrics: keyed(content.metrics),
        checklist: keyed(content.checklist),
        additional_info: content.additional_info,
        ticket_template: content.ticket_template,
        persona: content.persona?.name.trim() ? content.persona : null,
        knowledge_base: content.knowledge_base.filter((entry) => entry.title.trim() && entry.content.trim()),
        assessment: {
            pass_score: content.assessment.pass_score,
            criteria: content.assessment.criteria
                .filter((one) => one.title.trim())
                .map(({ title, kind, of, weight, must, full_at, none_at, less_is_better, words }) => ({
                    title,
                    kind,
                    of: kind === 'checklist' || kind === 'metric' ? of : '',
                    weight,
                    must,
                    ...((kind === 'metric' || kind === 'time') && known(full_at) ? { full_at } : {}),
                    ...((kind === 'metric' || kind === 'time') && known(none_at) ? { none_at } : {}),
                    ...(kind === 'metric' && less_is_better ? { less_is_better } : {}),
                    ...(kind === 'resolution' ? { words: words ?? [] } : {}),
                })),
        },
        prerequisites: content.prerequisites,
    };
}
