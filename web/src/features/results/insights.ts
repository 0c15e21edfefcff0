// What the page asks of the server about a lesson that is over, and what it makes of the answers.
import { ask_json, query_of } from '../../api/client';
import type { GazeGrid, PersonName, Session } from '../../api/types';
import { length_text, number, t, type Key } from '../../i18n/i18n.svelte';

export type Dwell = { name: string; dwell_ms: number };
export type ReasonCode =
    | 'not_there'
    | 'short_time'
    | 'not_completed'
    | 'low_engagement'
    | 'missed_target'
    | 'looked_elsewhere'
    | 'low_score'
    | 'events_missing'
    | 'not_named';
export type Reason = { code: ReasonCode; value: number | null; of_class: number | null };
export type DeviceName = { id: number; name: string } | null;
export type Direction = { yaw_deg: number; pitch_deg: number };
export type Medians = {
    time_in_lesson_ms: number | null;
    engagement: number | null;
    agreement: number | null;
    attention: number | null;
    score: number | null;
    interactions: number | null;
};
export type StudentInsight = {
    person: PersonName | null;
    device: DeviceName;
    took_part: boolean;
    run_ids: number[];
    attempts: number;
    completed: boolean;
    progress: number;
    score: number | null;
    time_in_lesson_ms: number;
    events: number;
    reported_events: number | null;
    missing_events: number;
    looks: number;
    interactions: number;
    engagement: number | null;
    agreement: number | null;
    attention: number | null;
    zones: Dwell[];
    targets: Dwell[];
    kinds: Record<string, number>;
    gaze: GazeGrid;
    reasons: Reason[];
};
export type Moment = {
    position_ms: number;
    students: number;
    looks: number;
    interactions: number;
    engagement: number | null;
    agreement: number | null;
    attention: number | null;
};
export type FunnelStep = {
    step: 'invited' | 'took_part' | 'looked' | 'went_somewhere' | 'interacted' | 'completed';
    students: number;
};
type Taught = {
    index: number;
    lesson_id: number;
    title: string;
    kind: string;
    content: string;
    duration_ms: number | null;
};
export type Target = { name: string | null; direction: Direction | null; radius_deg: number | null };
type ClassFigures = { students: number; took_part: number; completed: number; median: Medians };
export type Insights = {
    session: Session;
    lesson: Taught | null;
    slice_ms: number;
    target: Target | null;
    students: StudentInsight[];
    class: ClassFigures & { zones: Dwell[]; targets: Dwell[]; kinds: Record<string, number>; gaze: GazeGrid };
    funnel: FunnelStep[];
    timeline: Moment[];
    look_first: { person: PersonName | null; device: DeviceName; reasons: Reason[] }[];
};
export type DebriefSlice = Moment & { cells: number[] };
export type DebriefStudent = {
    person: PersonName | null;
    device: DeviceName;
    run_ids: number[];
    gaze: (Direction | null)[];
};
export type Debrief = {
    session: Session;
    lesson: Taught | null;
    slice_ms: number;
    columns: number;
    rows: number;
    target: Target | null;
    slices: DebriefSlice[];
    students: DebriefStudent[];
};
export type RunSlice = { position_ms: number; looks: number; gaze: Direction | null; cells: number[] };
export type StudentReport = {
    session: Session;
    lesson: Taught | null;
    slice_ms: number;
    target: Target | null;
    student: StudentInsight;
    slices: RunSlice[];
    class: ClassFigures;
};
export type Wish = {
    lesson?: number;
    target?: string;
    yaw_deg?: number;
    pitch_deg?: number;
    radius_deg?: number;
};

export const get_insights = (id: number, wish: Wish = {}) =>
    ask_json<Insights>('GET', `/v1/sessions/${id}/insights${query_of(wish)}`);
export const get_debrief = (id: number, wish: Wish = {}) =>
    ask_json<Debrief>('GET', `/v1/sessions/${id}/debrief${query_of(wish)}`);
export const get_student_report = (id: number, person: number, wish: Wish = {}) =>
    ask_json<StudentReport>('GET', `/v1/sessions/${id}/students/${person}/report${query_of(wish)}`);
export const get_run_insights = (id: number) =>
    ask_json<{ slices: RunSlice[]; gaze: GazeGrid; missing_events: number }>(
        'GET',
        `/v1/runs/${id}/insights`,
    );
export const insight_csv = (id: number, table: string, wish: Wish = {}) =>
    `/v1/sessions/${id}/insights/${table}.csv${query_of(wish)}`;

export const name_of = (one: { person: PersonName | null; device: DeviceName }) =>
    one.person?.nickname ?? one.device?.name ?? t('results.unknown');
export const percent = (share: number | null | undefined) =>
    share === null || share === undefined ? '–' : t('seat.battery', { percent: Math.round(share * 100) });

/// Cell, count, cell, count, ... as a grid. Several moments are added up.
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

/// The slices around one: a single one is few looks, and a map of three reads as places.
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

export type Stretch = { from_ms: number; to_ms: number; value: number };

/// The longest stretch in which a share stays within a tenth of its best: "most were engaged from 2:10 to 2:40".
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
        if (!best || to_ms - from_ms > best.to_ms - best.from_ms) best = { from_ms, to_ms, value: top };
        start = -1;
    }
    return best;
}
