// What has become of a command: who has done it, who has not yet, who failed. The server tells the states;
// the page only decides when silence has lasted long enough to mention.
import type { Command, OpenAnswer } from '../../api/types';
import type { Key, Parameters } from '../../i18n/i18n.svelte';

export type Kind = 'playback' | 'attention' | string;
export type Truth = {
    command: Command;
    kind: Kind;
    total: number;
    done: number;
    pending: number; // told, and still within the usual time for an answer
    silent: OpenAnswer[]; // told a while ago, and may still answer
    missed: OpenAnswer[]; // failed, or too late
};

const words: Record<string, Key> = {
    play: 'command.starting',
    resume: 'command.resuming',
    pause: 'command.pausing',
    seek: 'command.moving',
    stop: 'command.stopping',
    look: 'command.looking',
    eyes_on_me: 'command.eyes',
    release: 'command.releasing',
    message: 'command.telling',
    launch: 'command.launching',
};
export const doing = (action: string): Key => words[action] ?? 'command.doing';

const playback = new Set(['play', 'pause', 'resume', 'seek', 'stop']);
const attention = new Set(['eyes_on_me', 'release']);

/// A headset obeys the newest command of each kind, so each kind is judged by itself.
export function kind_of(action: string): Kind {
    if (playback.has(action)) return 'playback';
    return attention.has(action) ? 'attention' : action;
}

/// After so long the page mentions that a headset has not answered, although the order still stands.
export const patience_ms = 4000;
/// For so long it matters who did not hear where to look. Who does not play always matters.
const passing_ms = 90_000;

function truth_of(command: Command, now_ms: number, is_online: (device_id: number) => boolean): Truth | null {
    const open = command.open.filter((answer) => is_online(answer.device_id));
    const total = command.counts.done + open.length;
    if (total === 0) return null;
    const missed = open.filter((answer) => answer.state === 'failed' || answer.state === 'expired');
    const waited_for = open.filter((answer) => !missed.includes(answer));
    const silent = now_ms > command.at_ms + patience_ms ? waited_for : [];
    const pending = waited_for.length - silent.length;
    return {
        command,
        kind: kind_of(command.action),
        total,
        done: command.counts.done,
        pending,
        silent,
        missed,
    };
}

/// The newest command of each kind, the newest first; earlier ones no longer matter. A headset that is
/// offline is neither waited for nor blamed: it catches up when it returns, and shows as offline until then.
export function truths_of(
    commands: Command[],
    now_ms: number,
    is_online: (device_id: number) => boolean,
): Truth[] {
    const newest = new Map<Kind, Command>();
    for (const command of [...commands].sort((a, b) => b.number - a.number)) {
        const kind = kind_of(command.action);
        if (!newest.has(kind)) newest.set(kind, command);
    }
    const truths: Truth[] = [];
    for (const [kind, command] of newest) {
        if (kind !== 'playback' && now_ms > command.at_ms + passing_ms) continue;
        const truth = truth_of(command, now_ms, is_online);
        if (truth) truths.push(truth);
    }
    return truths;
}

/// The headsets to which a command can be sent again.
export const behind = (truth: Truth): OpenAnswer[] => [...truth.missed, ...truth.silent];

/// The words on the button that sends a command again.
export function words_for_retry(truth: Truth): { key: Key; parameters: Parameters } | null {
    const [missed, silent] = [truth.missed.length, truth.silent.length];
    if (missed && silent) return { key: 'command.both', parameters: { missed, silent } };
    if (missed) return { key: 'command.missed', parameters: { count: missed } };
    return silent ? { key: 'command.silent', parameters: { count: silent } } : null;
}
