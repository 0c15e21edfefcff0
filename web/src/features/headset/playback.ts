// What a headset plays, and at which position. A command takes effect at a moment of server time; everything
// else follows from that moment.
import type { LiveSchemas, SessionLesson, SessionState } from '../../api/types';
import { kind_of } from '../live/command_truth';

export type State = LiveSchemas['HeadsetState'];
/// What the box knows about this headset's raised hand.
export type Hand = LiveSchemas['Hand'];
export type HeadsetCommand = LiveSchemas['HeadsetCommand'];

/// Orders for the lesson itself. Only the newest of them counts.
export const moves_lesson = (action: string): boolean => kind_of(action) === 'playback';

export class Playback {
    session_id: number | null = null;
    /// The newest number taken of each kind of command. A snapshot of the state includes the newest order for
    /// the lesson.
    private numbers = new Map<string, number>();
    state: SessionState = 'created';
    lesson: SessionLesson | null = null;
    run_id: number | null = null;
    private position_ms = 0;
    private at_ms = 0;

    /// Call this when the headset joins, and when its session changes.
    adopt(state: State | null): void {
        if (!state) {
            this.state = this.session_id === null ? 'created' : 'stopped';
            this.session_id = null;
            this.numbers.clear();
            return;
        }
        if (this.session_id !== state.session_id) this.numbers.clear();
        this.session_id = state.session_id;
        this.numbers.set('playback', Math.max(state.number, this.numbers.get('playback') ?? 0));
        this.state = state.state;
        this.lesson = state.lesson;
        this.run_id = state.run_id;
        this.position_ms = state.position_ms;
        this.at_ms = state.at_ms;
    }

    /// Obeys only newer commands, kind by kind: a message does not make a pause outdated.
    is_news(command: HeadsetCommand): boolean {
        if (command.session_id !== this.session_id) return true;
        return command.number > (this.numbers.get(kind_of(command.action)) ?? 0);
    }

    note(command: HeadsetCommand): void {
        if (command.session_id !== this.session_id) {
            this.state = 'created';
            this.numbers.clear();
        }
        this.session_id = command.session_id;
        this.numbers.set(kind_of(command.action), command.number);
    }

    /// The position counts from the time at which the command should take effect, not from when it does.
    obey(command: HeadsetCommand): void {
        if (command.lesson) this.lesson = command.lesson;
        if (command.run_id) this.run_id = command.run_id;
        this.position_ms = command.position_ms;
        this.at_ms = command.at_ms;
        if (command.action === 'play' || command.action === 'resume') this.state = 'running';
        else if (command.action === 'pause') this.state = 'paused';
        else if (command.action === 'stop') this.state = 'stopped';
    }

    position(now_ms: number): number {
        const moving = this.state === 'running' ? Math.max(0, now_ms - this.at_ms) : 0;
        return Math.min(this.position_ms + moving, this.end_ms);
    }

    is_playing(now_ms: number): boolean {
        return this.state === 'running' && this.position(now_ms) < this.end_ms;
    }

    /// The session goes on, but the lesson has come to its end.
    is_finished(now_ms: number): boolean {
        const is_live = this.state === 'running' || this.state === 'paused';
        return is_live && this.position(now_ms) >= this.end_ms;
    }

    /// Only a video is over at its duration; for the other kinds it is a plan.
    private get end_ms(): number {
        return (this.lesson?.kind === 'video' && this.lesson.duration_ms) || Infinity;
    }
}
