// The newest commands from one headset's view: what it was told, and its answers.
import type { AnswerState, Command } from '../../api/types';
import { t, type Key } from '../../i18n/i18n.svelte';
import { kind_of } from './command_truth';

export type Answered = { number: number; words: string; state: AnswerState; error: string };

const action_words: Record<string, Key> = {
    play: 'action.play',
    resume: 'action.play',
    pause: 'transport.pause',
    seek: 'action.seek',
    stop: 'transport.stop',
    look: 'order.look',
    eyes_on_me: 'order.eyes',
    release: 'action.release',
    message: 'order.message',
    launch: 'order.launch',
    volume: 'order.volume',
    brightness: 'order.brightness',
    recenter: 'order.recenter',
    identify: 'order.identify',
    catch_up: 'order.catch_up',
};

export const answer_words = (): Record<AnswerState, string> => ({
    sent: t('answer.sent'),
    received: t('answer.received'),
    running: t('answer.running'),
    done: t('answer.done'),
    failed: t('answer.failed'),
    expired: t('answer.expired'),
});

/// What it has not done yet, the newest of each kind. Finished commands are not shown.
export function answers_of(commands: Command[], device_id: number): Answered[] {
    const kinds = new Set<string>();
    const answers: Answered[] = [];
    for (const command of [...commands].sort((a, b) => b.number - a.number)) {
        const kind = kind_of(command.action);
        if (kinds.has(kind)) continue;
        kinds.add(kind);
        const open = command.open.find((one) => one.device_id === device_id);
        if (!open) continue;
        const words = action_words[command.action];
        answers.push({
            number: command.number,
            words: words ? t(words) : command.action,
            state: open.state,
            error: open.error,
        });
    }
    return answers;
}
