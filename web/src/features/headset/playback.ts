// What a headset plays, and where it is: commands take effect at a moment of server time, and state follows from that.
import type { Action, SessionLesson, SessionState } from '../../api/types';

export type State = {
    session_id: number;
    number: number;
    state: SessionState;
    lesson: SessionLesson | null;
    position_ms: number;
    at_ms: number;
    run_id: number | null;
};
export type HeadsetCommand = {
    session_id: number;
    number: number;
    action: Action;
    lesson: SessionLesson | null;
    position_ms: number | null;
    at_ms: number;
    expires_ms: number;
    run_id?: number | null;
    arguments?: Record<string, unknown>;
};

/// Orders for the lesson itself: of these only the newest counts.
export const moves_lesson = (action: string): boolean =>
    ['play', 'pause', 'resume', 'seek', 'stop'].includes(action);

export class Playback {
    session_id: number | null = null;
    number = 0;
    state: SessionState = 'created';
    lesson: SessionLesson | null = null;
    run_id: number | null = null;
    private position_ms = 0;
    private at_ms = 0;

    /// On joining, or when the session changes for this headset.
    adopt(state: State | null): void {
        if (!state) {
            this.session_id = null;
            this.number = 0;
            this.state = 'stopped';
            return;
        }
        this.session_id = state.session_id;
        this.number = Math.max(state.number, this.session_id === state.session_id ? this.number : 0);
        this.state = state.state;
        this.lesson = state.lesson;
        this.run_id = state.run_id;
        this.position_ms = state.position_ms;
        this.at_ms = state.at_ms;
    }

    /// Only what is newer is obeyed.
    is_news(command: HeadsetCommand): boolean {
        return command.session_id !== this.session_id || command.number > this.number;
    }

    note(command: HeadsetCommand): void {
        if (command.session_id !== this.session_id) this.state = 'created';
        this.session_id = command.session_id;
        this.number = command.number;
    }

    /// `now_ms` is server time at the moment of taking effect; the position counts from when it should have.
    obey(command: HeadsetCommand, now_ms: number): void {
        const here = this.position(now_ms);
        if (command.lesson) this.lesson = command.lesson;
        if (command.run_id) this.run_id = command.run_id;
        this.position_ms = command.position_ms ?? here;
        this.at_ms = command.at_ms;
        if (command.action === 'play' || command.action === 'resume') this.state = 'running';
        else if (command.action === 'pause') this.state = 'paused';
        else if (command.action === 'stop') this.state = 'stopped';
    }

    position(now_ms: number): number {
        const moving = this.state === 'running' ? Math.max(0, now_ms - this.at_ms) : 0;
        const position = this.position_ms + moving;
        return this.lesson?.duration_ms ? Math.min(position, this.lesson.duration_ms) : position;
    }

    is_playing(now_ms: number): boolean {
        const end = this.lesson?.duration_ms ?? Infinity;
        return this.state === 'running' && this.position(now_ms) < end;
    }
}
