// Moves of the whole class that can be taken back: to another position, to another lesson.
import type { Session } from '../../api/types';
import { clock_text, t } from '../../i18n/i18n.svelte';
import { tell } from '../../ui/toasts.svelte';
import * as sessions from './sessions';

/// Carries out what a tap on "undo" asks for, and tells what failed.
type Act = (what: Promise<unknown>) => Promise<void>;

export async function seek(id: number, to_ms: number, before_ms: number, act: Act): Promise<void> {
    await sessions.seek(id, to_ms);
    tell(
        t('transport.moved', { position: clock_text(to_ms) }),
        'done',
        () => void act(sessions.seek(id, Math.round(before_ms))),
    );
}

/// Another lesson for the whole class, or the one at hand from its start.
export async function start_lesson(
    session: Session,
    index: number,
    position_ms: number,
    act: Act,
): Promise<void> {
    const before = { index: session.lesson_index, ms: Math.round(position_ms) };
    const go_back = async () => {
        if (before.index !== index) await sessions.start(session.id, before.index);
        await sessions.seek(session.id, before.ms);
    };
    await sessions.start(session.id, index);
    tell(
        t('transport.lesson_started', { title: session.lessons[index]?.title ?? '' }),
        'done',
        () => void act(go_back()),
    );
}
