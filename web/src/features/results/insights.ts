// Calls about a finished lesson, and what the page makes of the answers.
import { address, at, by_id, client, data } from '../../api/client';
import type { GazeGrid, PersonName, Schemas } from '../../api/types';
import { length_text, number, t, type Key } from '../../i18n/i18n.svelte';

export type Insights = Schemas['SessionInsights'];
export type StudentInsight = Schemas['StudentInsight'];
export type StudentReport = Schemas['StudentReport'];
export type Debrief = Schemas['Debrief'];
export type DebriefSlice = Schemas['DebriefSlice'];
export type DebriefStudent = Schemas['DebriefStudent'];
export type RunSlice = Schemas['RunSlice'];
export type Moment = Schemas['Moment'];
export type Reason = Schemas['Reason'];
export type ReasonCode = Reason['code'];
export type Direction = Schemas['Direction'];
export type Target = Schemas['AttentionTarget'];
export type Dwell = StudentInsight['zones'][number];
export type DeviceName = StudentInsight['device'];
export type Medians = Insights['class']['median'];
export type FunnelStep = Insights['funnel'][number];
export type Wish = {
    lesson?: number;
    target?: string;
    yaw_deg?: number;
    pitch_deg?: number;
    radius_deg?: number;
};

export const get_insights = (id: number, wish: Wish = {}) =>
    data(client.GET('/v1/sessions/{id}/insights', at({ id }, wish)));
export const get_debrief = (id: number, wish: Wish = {}) =>
    data(client.GET('/v1/sessions/{id}/debrief', at({ id }, wish)));
export const get_student_report = (id: number, person: number, wish: Wish = {}) =>
    data(client.GET('/v1/sessions/{id}/students/{person}/report', at({ id, person }, wish)));
export const get_run_insights = (id: number) => data(client.GET('/v1/runs/{id}/insights', by_id(id)));
export const insight_csv = (id: number, table: string, wish: Wish = {}) =>
    address('/v1/sessions/{id}/insights/{table}', at({ id, table: `${table}.csv` }, wish));

export const name_of = (one: { person: PersonName | null; device: DeviceName }) =>
    one.person?.nickname ?? one.device?.name ?? t('results.unknown');
export const percent = (share: number | null | undefined) =>
    share === null || share === undefined ? '–' : t('seat.battery', { percent: Math.round(share * 100) });

/// Makes a grid of lists "cell, count, cell, count, ...". Several moments are added up.
export function grid_of(columns: number, rows: number, moments: number[][]): GazeGrid {
    const counts = new Array<number>(columns * rows).fill(0);
    let total = 0;
    for (const cells of moments)
        for (let i = 0; i + 1 < cells.length; i += 2) {
            const [cell, count] = [cells[i] as number, cells[i + 1] as number];
            if (cell < counts.length) counts[cell] = (counts[cell] as number) + count;
            total += count;
        }
    return { columns, rows, counts, total };
}

/// The slices around one: a single slice has too few looks for a map, and three show places.
export function around<Item>(list: Item[], index: number, reach = 1): Item[] {
    return list.slice(Math.max(0, index - reach), index + reach + 1);
}

const words: Record<ReasonCode, Key> = {
    not_there: 'reason.not_there',
    short_time: 'reason.short_time',
    not_completed: 'reason.not_completed',
    low_engagement: 'reason.low_engagement',
    missed_target: 'reason.missed_target',
    looked_elsewhere: 'reason.looked_elsewhere',
    low_score: 'reason.low_score',
    events_missing: 'reason.events_missing',
    not_named: 'reason.not_named',
};

export function reason_text(reason: Reason): string {
    const figure = (value: number | null) => {
        if (value === null) return '–';
        if (reason.code === 'short_time') return length_text(value);
        if (reason.code === 'low_score') return number(value, 1);
        return percent(value);
    };
    return t(words[reason.code], {
        value: figure(reason.value),
        of_class: figure(reason.of_class),
        count: reason.code === 'events_missing' ? (reason.value ?? 0) : 0,
    });
}

/// `whole`: the lesson from its beginning to its end, so that no moment stands out.
export type Stretch = { from_ms: number; to_ms: number; value: number; whole: boolean };

/// The longest stretch in which a share stays within a tenth of its best, for "most were engaged from 2:10 to
/// 2:40".
export function best_stretch(
    moments: Moment[],
    of: 'engagement' | 'agreement' | 'attention',
    slice_ms: number,
): Stretch | null {
    const values = moments.map((moment) => moment[of]);
    const top = Math.max(...values.map((value) => value ?? -1));
    if (!(top > 0)) return null;
    let best: Stretch | null = null;
    let start = -1;
    for (let index = 0; index <= values.length; ++index) {
        const value = values[index];
        if (value !== null && value !== undefined && value >= top - 0.1) {
            if (start < 0) start = index;
            continue;
        }
        if (start < 0) continue;
        const from_ms = moments[start]!.position_ms;
        const to_ms = moments[index - 1]!.position_ms + slice_ms;
        if (!best || to_ms - from_ms > best.to_ms - best.from_ms) {
            const whole = start === 0 && index === values.length;
            best = { from_ms, to_ms, value: top, whole };
        }
        start = -1;
    }
    return best;
}
