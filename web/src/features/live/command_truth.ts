// What a command has come to: who has done it, who has not yet, who did not.
import type { Action, Command, OpenAnswer } from '../../api/types';
import type { Key } from '../../i18n/i18n.svelte';

export type Truth = {
    command: Command;
    total: number;
    done: number;
    pending: number;
    missed: OpenAnswer[];
};

export const doing: Record<Action, Key> = {
    play: 'command.starting',
    resume: 'command.resuming',
    pause: 'command.pausing',
    seek: 'command.moving',
    stop: 'command.stopping',
    look: 'command.looking',
};

/// From when on a headset that has not answered is shown as one that did not, though its order still stands.
export const patience_ms = 4000;

/// Only the newest command speaks: what came before it no longer matters to anybody. A headset that is not heard from is
/// neither waited for nor blamed: it is where it should be as soon as it is back, and it is shown as offline meanwhile.
export function truth_of(commands: Command[], now_ms: number, is_online: (device_id: number) => boolean): Truth | null {
    let newest: Command | null = null;
    for (const command of commands) if (!newest || command.number > newest.number) newest = command;
    if (!newest) return null;
    const open = newest.open.filter((answer) => is_online(answer.device_id));
    const is_late = now_ms > newest.at_ms + patience_ms;
    const missed = open.filter((answer) => is_late || answer.state === 'failed' || answer.state === 'expired');
    const total = newest.counts.done + open.length;
    if (total === 0) return null;
    return { command: newest, total, done: newest.counts.done, pending: open.length - missed.length, missed };
}
