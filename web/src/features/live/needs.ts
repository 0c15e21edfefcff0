// The students who need the teacher, the most urgent first, with the reason and the one thing that helps.
// Anyone who is fine is left out. The server ranks what it measures over time ("help" of the session's topic:
// looking away, behind, not started). The page adds what only it knows: who has not answered the newest
// command yet, and what is worth a look when nothing is urgent.
import { compare_names } from '../../i18n/i18n.svelte';
import type { AnswerState, Help, LiveDevice, OpenAnswer, Session } from '../../api/types';
import { behind, type Truth } from './command_truth';
import { is_battery_low, is_off_time, is_slow } from './states';

export type Reason =
    | 'unwell'
    | 'hand'
    | 'asks'
    | 'not_obeyed'
    | 'not_started'
    | 'offline'
    | 'off_content'
    | 'looking_away'
    | 'behind'
    | 'battery'
    | 'slow'
    | 'off_time';
export type Remedy = Help['action'] | null;
export type Need = {
    device: LiveDevice;
    reason: Reason;
    remedy: Remedy;
    command: number | null; // the command to send again
    answer: AnswerState | null; // its answer to that command
    error: string;
    value: number | null;
    threshold: number | null;
    since_ms: number | null;
};

const order: Reason[] = [
    'unwell',
    'not_obeyed',
    'hand',
    'asks',
    'offline',
    'not_started',
    'off_content',
    'looking_away',
    'behind',
    'battery',
    'slow',
    'off_time',
];
const told: Record<Help['reason'], Reason> = {
    unwell: 'unwell',
    failed: 'not_obeyed',
    hand: 'hand',
    disconnected: 'offline',
    not_started: 'not_started',
    off_content: 'off_content',
    looking_away: 'looking_away',
    behind: 'behind',
    battery_low: 'battery',
};
type Owed = { truth: Truth; answer: OpenAnswer };

function owed_by(truths: Truth[]): Map<number, Owed> {
    const owed = new Map<number, Owed>();
    for (const truth of truths)
        for (const answer of behind(truth))
            if (!owed.has(answer.device_id)) owed.set(answer.device_id, { truth, answer });
    return owed;
}

type Lesson = { running: boolean; finished: boolean; settling: boolean };

function reason_of(device: LiveDevice, lesson: Lesson, owes: boolean): Reason | null {
    if (device.unwell_ms) return 'unwell';
    if (device.hand) return 'hand';
    if (device.state === 'needs_help') return 'asks';
    if (!device.online) return lesson.finished ? null : 'offline'; // put down after the lesson
    if (owes) return 'not_obeyed';
    if (lesson.running && device.state === 'ready' && !lesson.settling) return 'not_started';
    if (is_battery_low(device)) return 'battery';
    if (is_slow(device)) return 'slow';
    return is_off_time(device) ? 'off_time' : null;
}

function remedy_of(reason: Reason, owes: boolean, help: Help | undefined): Remedy {
    if (help) return help.action;
    if (reason === 'unwell' || reason === 'hand') return 'lower';
    return owes && (reason === 'not_obeyed' || reason === 'not_started') ? 'retry' : null;
}

/// Leaves one need for each headset: the first thing to do. While a command is still on its way, nobody is
/// blamed for not having started; once the lesson is finished, nobody who has put the headset down.
export function needs_of(
    devices: LiveDevice[],
    session: Session,
    truths: Truth[],
    helps: Help[] = [],
    finished = false,
): Need[] {
    const owed = owed_by(truths);
    const helped = new Map(helps.map((help) => [help.device_id, help]));
    const settling = truths.some((truth) => truth.kind === 'playback' && truth.pending > 0);
    const lesson = { running: session.state === 'running' && !finished, finished, settling };
    const needs: Need[] = [];
    for (const device of devices) {
        const owes = device.online ? owed.get(device.id) : undefined;
        const help = helped.get(device.id);
        const reason = help ? told[help.reason] : reason_of(device, lesson, owes !== undefined);
        if (!reason) continue;
        const remedy = remedy_of(reason, owes !== undefined, help);
        if (remedy === 'retry' && !owes) continue; // it has obeyed in the meantime
        needs.push({
            device,
            reason,
            remedy,
            command: owes?.truth.command.number ?? null,
            answer: owes?.answer.state ?? null,
            error: owes?.answer.error ?? '',
            value: help?.value ?? null,
            threshold: help?.threshold ?? null,
            since_ms: help?.since_ms ?? device.unwell_ms ?? device.hand?.raised_ms ?? null,
        });
    }
    const rank = (need: Need) => order.indexOf(need.reason);
    return needs.sort(
        (a, b) =>
            rank(a) - rank(b) ||
            (a.since_ms ?? 0) - (b.since_ms ?? 0) ||
            compare_names(a.device.name, b.device.name),
    );
}

/// A row of the list: one headset's need, or one cause that many share.
export type Row = { reason: Reason; needs: Need[] };
/// Reasons that a headset seldom has alone: when most of the class has one, it is the Wi-Fi's.
const shared: Reason[] = ['offline', 'behind', 'slow', 'off_time'];
const fewest_shared = 3;

/// The list with one row for each cause: what at least half of the class shares stands first, as one row.
export function rows_of(needs: Need[], members: number): Row[] {
    const is_shared = (reason: Reason) => {
        const count = needs.filter((need) => need.reason === reason).length;
        return shared.includes(reason) && count >= fewest_shared && 2 * count >= members;
    };
    const causes = shared.filter(is_shared);
    const folded = causes.map((reason) => ({
        reason,
        needs: needs.filter((need) => need.reason === reason),
    }));
    const single = needs
        .filter((need) => !causes.includes(need.reason))
        .map((need) => ({ reason: need.reason, needs: [need] }));
    const urgent = single.filter((row) => row.reason === 'unwell');
    return [...urgent, ...folded, ...single.filter((row) => row.reason !== 'unwell')];
}
