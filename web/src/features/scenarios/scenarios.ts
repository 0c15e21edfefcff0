// Calls about scenarios: training with a goal.
import { by_id, client, data } from '../../api/client';
import type { Schemas } from '../../api/types';
import type { Key } from '../../i18n/i18n.svelte';

export type Summary = Schemas['ScenarioSummary'];
export type Difficulty = Summary['difficulty'];
export type Line = Required<Schemas['ScenarioMetric']>;
export type Knowledge = Required<Schemas['ScenarioKnowledge']>;
export type CriterionKind = Schemas['ScenarioCriterion']['kind'];
type Given = Schemas['ScenarioCriterion'];
export type Criterion = Given & Required<Pick<Given, 'of' | 'weight' | 'must'>>;
/// A scenario as the server gives it: anything left out has its default.
export type Scenario = Omit<
    Schemas['Scenario'],
    'metrics' | 'checklist' | 'knowledge_base' | 'assessment'
> & {
    metrics: Line[];
    checklist: Omit<Line, 'unit'>[];
    knowledge_base: Knowledge[];
    assessment: { pass_score: number; criteria: Criterion[] };
};
/// The part of a scenario that people write.
export type Content = Omit<
    Scenario,
    'id' | 'public_id' | 'version' | 'archived' | 'changed_at' | 'created_at'
>;

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
    data(client.GET('/v1/scenarios', { params: { query: { q, cursor, limit: 100 } } }));
export const get_scenario = (id: number) =>
    data(client.GET('/v1/scenarios/{id}', by_id(id))) as Promise<Scenario>;
export const save_scenario = (id: number | null, content: Content) =>
    id === null
        ? data(client.POST('/v1/scenarios', { body: sent(content) }))
        : data(client.PATCH('/v1/scenarios/{id}', { ...by_id(id), body: sent(content) }));
export const remove_scenario = (id: number) => data(client.DELETE('/v1/scenarios/{id}', by_id(id)));
/// The server says what is wrong with a file that is no scenario.
export const import_file = (text: string) =>
    data(client.POST('/v1/scenario-files', { body: JSON.parse(text) as Schemas['ScenarioFile'] }));
export const assign = (scenario_id: number, device_ids: number[]) =>
    data(client.POST('/v1/trainings', { body: { scenario_id, device_ids } }));

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

/// A unique key for a title, the way an app would name it: "Alarm pulled" becomes alarm_pulled.
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

/// An emptied number field holds null, whatever its type says.
const known = (value: number | null | undefined) => typeof value === 'number' && Number.isFinite(value);

/// The content as the server accepts it, without lines that were left empty and without fields that a kind of
/// criterion does not use.
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
