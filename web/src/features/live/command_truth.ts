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
};

const is_missed = (answer: OpenAnswer) => answer.state === 'failed' || answer.state === 'expired';

/// Only the newest command speaks: what came before it no longer matters to anybody.
export function truth_of(commands: Command[]): Truth | null {
    let newest: Command | null = null;
    for (const command of commands) if (!newest || command.number > newest.number) newest = command;
    if (!newest) return null;
    const { sent, received, running, done, failed, expired } = newest.counts;
    const total = sent + received + running + done + failed + expired;
    if (total === 0) return null;
    return {
        command: newest,
        total,
        done,
        pending: sent + received + running,
        missed: newest.open.filter(is_missed),
    };
}
