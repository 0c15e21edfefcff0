// The lesson that plays, and the commands that wait for their time. Knows no sockets; all times are server
// time.
import type { Command, Controls, LessonContent, State } from './types.js';

const most_waiting = 200;
const playback = new Set(['play', 'pause', 'resume', 'seek', 'stop']);

/** A command is obeyed if it is newer than the last one of its kind: a blink never swallows a play. */
export function kind_of(action: string): string {
    if (playback.has(action)) return 'playback';
    return action === 'release' ? 'eyes_on_me' : action;
}

type Place = Omit<State, 'number'>;
const nothing_held: Controls = { eyes_on_me: null, look: null, launch: null, volume: null, brightness: null };

/** Where the lesson is. Never changes: another one takes its place. */
export class Playing {
    constructor(private readonly place: Place) {}

    get session_id(): number {
        return this.place.session_id;
    }
    get state(): State['state'] {
        return this.place.state;
    }
    get lesson(): LessonContent | null {
        return this.place.lesson;
    }
    get run_id(): number | null {
        return this.place.run_id;
    }
    get controls(): Controls {
        return this.place.controls;
    }

    /** A video stays at its end; for other kinds the duration is a plan. */
    position_ms(server_ms: number): number {
        const { state, position_ms, at_ms } = this.place;
        const moved = state === 'running' ? Math.max(0, server_ms - at_ms) : 0;
        return Math.min(position_ms + moved, this.end_ms);
    }

    is_playing(server_ms: number): boolean {
        return this.state === 'running' && !this.is_finished(server_ms);
    }

    /** Show the last picture, record no more events, and wait. */
    is_finished(server_ms: number): boolean {
        return this.state !== 'stopped' && this.position_ms(server_ms) >= this.end_ms;
    }

    /** All eyes on the teacher. Ends by itself, network or not. */
    is_held(server_ms: number): boolean {
        return server_ms < (this.controls.eyes_on_me?.until_ms ?? 0);
    }

    with(changes: Partial<Place>): Playing {
        return new Playing({ ...this.place, ...changes });
    }

    private get end_ms(): number {
        const { lesson } = this.place;
        return (lesson?.kind === 'video' && lesson.duration_ms) || Infinity;
    }
}

export type Due = { command: Command; is_news: boolean; is_expired: boolean };

export class Lesson {
    playing: Playing | null = null; // null: in no session
    private newest = new Map<string, number>();
    private waiting: Command[] = [];

    /** When the next command is due, or null. */
    get next_ms(): number | null {
        return this.waiting[0]?.at_ms ?? null;
    }

    /** Goes where the box says the lesson is. Returns the number to answer `done`, if it was not obeyed
        yet. */
    take_state(state: State | null): number | null {
        this.enter(state?.session_id ?? null);
        if (!state) return null;
        const { number, ...place } = state;
        const waits = this.waiting.filter((one) => kind_of(one.action) === 'playback');
        if (waits.some((one) => one.number >= number)) {
            // It will make this state at its time.
            this.playing = this.playing?.with({ controls: place.controls }) ?? null;
            return null;
        }
        this.waiting = this.waiting.filter((one) => !waits.includes(one));
        this.playing = new Playing(place);
        const before = this.newest_of('playback');
        this.newest.set('playback', Math.max(number, before));
        return number > before ? number : null;
    }

    /** False if it was obeyed before. */
    take_command(command: Command): boolean {
        this.enter(command.session_id);
        if (command.number <= this.newest_of(kind_of(command.action))) return false;
        const others = this.waiting.filter((one) => one.number !== command.number);
        this.waiting = [...others.slice(1 - most_waiting), command].sort(
            (a, b) => a.at_ms - b.at_ms || a.number - b.number,
        );
        return true;
    }

    /** What is due, in the order of its moments. */
    obey(server_ms: number): Due[] {
        const due: Due[] = [];
        for (let next = this.waiting[0]; next && next.at_ms <= server_ms; next = this.waiting[0]) {
            this.waiting.shift();
            const is_news = next.number > this.newest_of(kind_of(next.action));
            const is_expired = server_ms > next.expires_ms;
            if (is_news) this.apply(next, is_expired);
            due.push({ command: next, is_news, is_expired });
        }
        return due;
    }

    private newest_of(kind: string): number {
        return this.newest.get(kind) ?? 0;
    }

    private enter(session_id: number | null): void {
        if (session_id !== null && session_id === this.playing?.session_id) return;
        this.newest.clear();
        this.waiting = [];
        this.playing =
            session_id === null
                ? null
                : new Playing({
                      session_id,
                      state: 'stopped',
                      lesson: null,
                      position_ms: 0,
                      at_ms: 0,
                      run_id: null,
                      controls: nothing_held,
                  });
    }

    private apply(command: Command, is_expired: boolean): void {
        const { playing } = this;
        if (!playing) return;
        const kind = kind_of(command.action);
        this.newest.set(kind, command.number);
        if (kind !== 'playback') {
            if (!is_expired) this.playing = playing.with({ controls: controlled(playing.controls, command) });
            return;
        }
        const states: Record<string, State['state']> = {
            play: 'running',
            resume: 'running',
            pause: 'paused',
            stop: 'stopped',
        };
        this.playing = playing.with({
            state: states[command.action] ?? playing.state,
            position_ms: command.position_ms,
            at_ms: command.at_ms,
            lesson: command.lesson ?? playing.lesson,
            run_id: command.run_id ?? playing.run_id,
            controls:
                command.action === 'stop'
                    ? nothing_held
                    : command.action === 'play'
                      ? { ...playing.controls, launch: null }
                      : playing.controls,
        });
    }
}

/** What is in force from now on, as the next state will say it. */
function controlled(before: Controls, { action, arguments: given }: Command): Controls {
    if (action === 'release') return { ...before, eyes_on_me: null };
    if (action === 'volume' || action === 'brightness')
        return { ...before, [action]: (given as { percent: number }).percent };
    return action in before ? { ...before, [action]: given } : before;
}
