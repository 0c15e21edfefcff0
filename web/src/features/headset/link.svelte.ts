// The headset's live socket. It synchronises the clock, obeys commands, reports once a second and sends
// events in batches.
import type {
    Gaze,
    LiveAnswer,
    LiveAnswers,
    LiveRequests,
    LiveSchemas,
    PersonName,
    Push,
} from '../../api/types';
import type { Message as ChatMessage } from '../chat/messages';
import { ClockSync } from './clock_sync';
import { Effects } from './effects.svelte';
import { EventQueue } from './event_queue';
import { is_known } from './pairing';
import { Pictures } from './picture';
import { moves_lesson, Playback, type Hand, type HeadsetCommand, type State } from './playback';
import { Refusal, refusal_of } from './refusal';
import { target_of, zone_of } from './scene';

const gaze_every_ms = 250;
const batch_every_ms = 2000;
const report_every_ms = 1000;
const clock_every_ms = 1000;
const first_clocks = 10;
const first_retry_ms = 250;
const longest_retry_ms = 2000;
const role_taken = 4009; // a close code of the box
const role_taken_ms = 30_000;
const answer_within_ms = 10_000;

type Message = (Push | LiveAnswer) & { status: string; error?: unknown; eid?: string };
type Welcome = LiveSchemas['Welcome'];
type CommandAnswer = LiveRequests['command.answer'];
type HandMove = 'headset.hand' | 'headset.hand_down' | 'headset.unwell' | 'headset.well';
type BatteryManager = { level: number; charging: boolean };

/// This browser's monotonic clock, which never jumps while the page is open.
const own_ms = () => performance.timeOrigin + performance.now();
const new_id = () =>
    [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, '0')).join('');

export class HeadsetLink {
    phase: 'connecting' | 'open' | 'gone' | 'refused' = $state('connecting');
    device_name = $state('');
    person: PersonName | null = $state.raw(null);
    lesson_state = $state('created');
    lesson_title = $state('');
    content = $state(''); // what to play; empty for the drawn scene
    session_id: number | null = $state(null);
    device_id = $state(0);
    teacher_knows = $state(false); // the box knows that the person who wears this feels unwell
    hand: Hand = $state.raw({ raised: false, question: '', unwell: false });
    offset_ms: number | null = $state(null);
    round_trip_ms: number | null = $state(null);
    skew_ms: number | null = $state(null);
    acknowledged = $state(0);
    pending = $state(0);
    refused = $state(0);
    refusal = $state(''); // why the server refused the latest events
    readonly effects = new Effects();
    hear_chat: (message: ChatMessage) => void = () => {};
    /// The canvas that pictures and the live view are taken from.
    canvas: HTMLCanvasElement | null = null;
    readonly pictures = new Pictures(
        () => this.canvas,
        (frame) => this.socket?.readyState === WebSocket.OPEN && this.socket.send(frame),
    );
    /// How far the player is off, if there is one.
    player_skew_ms: number | null = null;
    gaze: Gaze = { yaw_deg: 0, pitch_deg: 0 };
    readonly playback = new Playback();
    private readonly clock = new ClockSync();
    private readonly queue = new EventQueue(localStorage, new_id);
    private socket: WebSocket | null = null;
    private waiting = new Map<string, { done: (data: unknown) => void; fail: (error: Error) => void }>();
    private next_eid = 1;
    private timers: ReturnType<typeof setInterval>[] = [];
    // the newest order for the lesson, which replaces the one before
    private due: ReturnType<typeof setTimeout> | undefined;
    // other orders, which do not replace each other
    private also_due = new Set<ReturnType<typeof setTimeout>>();
    private reopen: ReturnType<typeof setTimeout> | undefined;
    private retry_ms = first_retry_ms;
    private answered: string | null = null; // the newest finished command for the lesson
    private forwarding = false;
    private battery: BatteryManager | null = null;
    private ended = false;

    constructor(
        private readonly token: string,
        private readonly join_session: number | null,
    ) {}

    start(): void {
        this.open();
        this.timers = [
            setInterval(() => this.ask_clock(), clock_every_ms),
            setInterval(() => this.report(), report_every_ms),
            setInterval(() => this.look(), gaze_every_ms),
            setInterval(() => this.hand_over(), batch_every_ms),
        ];
        const get_battery = (navigator as { getBattery?: () => Promise<BatteryManager> }).getBattery;
        void get_battery?.call(navigator).then((battery) => (this.battery = battery));
        this.count();
    }

    end(): void {
        this.ended = true;
        for (const timer of this.timers) clearInterval(timer);
        clearTimeout(this.due);
        for (const timer of this.also_due) clearTimeout(timer);
        clearTimeout(this.reopen);
        this.pictures.end();
        this.socket?.close();
    }

    now_ms(): number {
        return own_ms() + (this.clock.offset_ms ?? 0);
    }

    get plays(): boolean {
        return this.playback.is_playing(this.now_ms());
    }

    get position_ms(): number {
        return this.playback.position(this.now_ms());
    }

    async sign_in(nickname: string, pin: string): Promise<void> {
        this.person = (await this.ask('headset.sign_in', { nickname, pin })).person;
    }

    async sign_out(): Promise<void> {
        await this.ask('headset.sign_out', {});
        this.person = null;
    }

    /// Shows it at once and tells the box as soon as possible: a person who feels unwell must not wait for
    /// the network.
    private async set_hand<Type extends HandMove>(
        type: Type,
        data: LiveRequests[Type],
        hand: Partial<Hand>,
    ): Promise<void> {
        const before = this.hand;
        this.hand = { ...before, ...hand };
        if (hand.unwell) this.teacher_knows = false;
        const told = this.ask(type, data).then(() => (this.teacher_knows = this.hand.unwell));
        await told.catch((error: unknown) => {
            // If the box refuses, the page must not pretend otherwise. The calm scene stays on all the same.
            if (error instanceof Refusal && !hand.unwell) this.hand = before;
        });
    }
    raise_hand = (question: string) =>
        this.set_hand('headset.hand', question ? { question } : {}, { raised: true, question });
    lower_hand = () => this.set_hand('headset.hand_down', {}, { raised: false, question: '' });
    feel_unwell = () => this.set_hand('headset.unwell', {}, { unwell: true });
    feel_well = () => this.set_hand('headset.well', {}, { unwell: false });

    private open(): void {
        if (this.ended) return;
        const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
        const socket = new WebSocket(
            `${scheme}://${location.host}/v1/live?token=${encodeURIComponent(this.token)}`,
        );
        this.socket = socket;
        socket.onopen = () => {
            this.phase = 'open';
            this.retry_ms = first_retry_ms;
            for (let index = 0; index < first_clocks; ++index) setTimeout(() => this.ask_clock(), index * 60);
            // the button may have been pressed while the box was gone
            if (this.hand.unwell) void this.feel_unwell();
            if (this.join_session !== null)
                void this.ask('session.join', { session_id: this.join_session }).catch(() => {});
            this.hand_over();
        };
        socket.onmessage = (event) => {
            if (typeof event.data === 'string') this.take(JSON.parse(event.data) as Message);
        };
        socket.onclose = ({ code }) => {
            if (this.socket !== socket || this.ended) return;
            // Another window has taken this headset's role; two that fight for it help nobody.
            if (code === role_taken) this.retry_ms = role_taken_ms;
            for (const one of this.waiting.values()) one.fail(new Error('gone'));
            this.waiting.clear();
            this.forwarding = false;
            void this.come_back();
        };
    }

    /// The box is gone, or this headset is no longer paired. Whatever is playing goes on meanwhile.
    private async come_back(): Promise<void> {
        this.phase = 'gone';
        if ((await is_known(this.token)) === false) {
            this.phase = 'refused';
            this.end();
            return;
        }
        // Spread the retries, so that a class does not reconnect in the same instant.
        this.reopen = setTimeout(() => this.open(), this.retry_ms * (0.5 + Math.random()));
        this.retry_ms = Math.min(longest_retry_ms, this.retry_ms * 2);
    }

    private send<Type extends keyof LiveRequests>(type: Type, data: LiveRequests[Type], eid?: string): void {
        if (this.socket?.readyState !== WebSocket.OPEN) return;
        this.socket.send(
            JSON.stringify({ type, data, eid: eid ?? String(this.next_eid++), ts: Math.round(own_ms()) }),
        );
    }

    private ask<Type extends keyof LiveRequests>(
        type: Type,
        data: LiveRequests[Type],
    ): Promise<LiveAnswers[Type]> {
        return new Promise((resolve, reject) => {
            if (this.socket?.readyState !== WebSocket.OPEN) return reject(new Error('gone'));
            const eid = String(this.next_eid++);
            const timer = setTimeout(() => finish(() => reject(new Error('slow'))), answer_within_ms);
            const finish = (then: () => void) => {
                clearTimeout(timer);
                this.waiting.delete(eid);
                then();
            };
            this.waiting.set(eid, {
                done: (answer) => finish(() => resolve(answer as LiveAnswers[Type])),
                fail: (error) => finish(() => reject(error)),
            });
            this.send(type, data, eid);
        });
    }

    private take(message: Message): void {
        const asked = message.eid ? this.waiting.get(message.eid) : undefined;
        if (asked) {
            if (message.status === 'error') asked.fail(refusal_of(message.error, message.data));
            else asked.done(message.data);
        }
        if (message.type === 'welcome') this.welcome(message.data);
        else if (message.type === 'clock') this.take_clock(message.data);
        else if (message.type === 'state') this.adopt(message.data);
        else if (message.type === 'command') this.take_command(message.data);
        else if (message.type === 'person') this.person = message.data.person;
        else if (message.type === 'hand') this.hand = message.data;
        else if (message.type === 'chat.message') this.hear_chat(message.data);
        else if (message.type === 'pictures') this.pictures.want(message.data);
    }

    private welcome(data: Welcome): void {
        this.device_id = data.device.id;
        this.device_name = data.device.name;
        this.person = data.person;
        if (!this.hand.unwell) this.hand = data.hand;
        this.adopt(data.session);
    }

    private adopt(state: State | null): void {
        clearTimeout(this.due);
        if (state?.run_id !== this.playback.run_id) this.queue.seal(this.playback.run_id);
        this.playback.adopt(state);
        if (state) this.effects.adopt(state.controls, this.now_ms());
        else this.effects.clear();
        // A headset that has the state has also obeyed the newest command that led to it.
        const newest = state && `${state.session_id}/${state.number}`;
        if (state && state.number > 0 && newest !== this.answered) this.answer(state, 'done');
        this.answered = newest;
        this.show();
    }

    private ask_clock(): void {
        this.send('clock', { t0: own_ms() });
    }

    private take_clock({ t0, t1 }: LiveAnswers['clock']): void {
        this.clock.add(t0, t1, own_ms());
        this.offset_ms = this.clock.offset_ms;
        this.round_trip_ms = this.clock.round_trip_ms;
    }

    private answer(
        { session_id, number }: Pick<CommandAnswer, 'session_id' | 'number'>,
        state: CommandAnswer['state'],
        skew_ms?: number,
    ): void {
        this.send('command.answer', {
            session_id,
            number,
            state,
            ...(skew_ms === undefined ? {} : { skew_ms }),
        });
    }

    private take_command(command: HeadsetCommand): void {
        if (!this.playback.is_news(command)) return this.answer(command, 'done');
        this.playback.note(command);
        this.answer(command, 'received');
        if (moves_lesson(command.action)) clearTimeout(this.due);
        this.at(command.at_ms, moves_lesson(command.action), () => this.act(command));
    }

    /// Timers fire a little early or late. Set one for just before the moment, and then wait in small steps.
    private at(server_ms: number, for_lesson: boolean, then: () => void): void {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const wait = () => {
            if (timer !== undefined) this.also_due.delete(timer);
            const left_ms = server_ms - this.now_ms();
            if (left_ms <= 0) return then();
            timer = setTimeout(wait, left_ms > 20 ? left_ms - 15 : 0);
            if (for_lesson) this.due = timer;
            else this.also_due.add(timer);
        };
        wait();
    }

    private act(command: HeadsetCommand): void {
        const now_ms = this.now_ms();
        const off_ms = Math.round((now_ms - command.at_ms) * 10) / 10;
        if (!this.effects.obey(command)) {
            this.queue.seal(this.playback.run_id);
            this.playback.obey(command);
            this.answered = `${command.session_id}/${command.number}`;
            if (command.action === 'play') this.effects.launch = null;
            if (this.playback.state === 'stopped') this.effects.clear();
            this.skew_ms = off_ms;
        }
        this.answer(command, 'done', off_ms);
        this.show();
        this.report();
        this.hand_over();
    }

    private show(): void {
        this.lesson_state = this.playback.state;
        const { lesson } = this.playback;
        const { launch } = this.effects;
        this.session_id = this.playback.session_id;
        this.lesson_title = launch ? launch.title || launch.content : (lesson?.title ?? '');
        this.content = launch ? launch.content : (lesson?.content ?? '');
    }

    private report(): void {
        if (this.socket?.readyState !== WebSocket.OPEN) return;
        const { battery } = this;
        this.send('headset.report', {
            app: 'browser',
            app_version: '1',
            position_ms: Math.round(this.position_ms),
            gaze: this.gaze,
            content: this.content,
            ...(battery ? { battery: Math.round(battery.level * 100), charging: battery.charging } : {}),
            ...(this.round_trip_ms === null ? {} : { round_trip_ms: this.round_trip_ms }),
            ...(this.offset_ms === null ? {} : { clock_offset_ms: this.offset_ms }),
            // The drawn scene follows server time itself; only a video player can be off.
            ...(this.plays ? { skew_ms: this.player_skew_ms ?? 0 } : {}),
        });
    }

    private look(): void {
        const now_ms = this.now_ms();
        this.effects.tick(now_ms);
        if (this.clock.offset_ms === null || !this.playback.is_playing(now_ms)) return;
        const position_ms = Math.round(this.playback.position(now_ms));
        const target = target_of(this.gaze, position_ms);
        this.queue.add({
            kind: 'gaze',
            at_ms: Math.round(now_ms),
            sent_ms: Math.round(own_ms()),
            position_ms,
            yaw_deg: Math.round(this.gaze.yaw_deg * 10) / 10,
            pitch_deg: Math.round(this.gaze.pitch_deg * 10) / 10,
            zone: zone_of(this.gaze),
            dwell_ms: gaze_every_ms,
            ...(target ? { target } : {}),
        });
        this.count();
    }

    private hand_over(): void {
        this.queue.seal(this.playback.run_id);
        void this.forward();
    }

    /// Sends one batch at a time, the oldest first, until all are acknowledged or the box is gone.
    private async forward(): Promise<void> {
        if (this.forwarding) return;
        this.forwarding = true;
        try {
            for (let batch = this.queue.oldest; batch; batch = this.queue.oldest) {
                const { batch_id, run_id, events } = batch;
                try {
                    await this.ask('events', { batch_id, events, ...(run_id === null ? {} : { run_id }) });
                    this.queue.acknowledge(batch_id);
                } catch (error) {
                    if (!(error instanceof Refusal) || !error.is_final) throw error;
                    this.queue.give_up(batch_id);
                    this.refusal = error.message;
                }
                this.count();
            }
        } catch {
            // The batches stay in the queue for the next time.
        }
        this.forwarding = false;
    }

    private count(): void {
        this.acknowledged = this.queue.acknowledged;
        this.pending = this.queue.pending;
        this.refused = this.queue.refused;
    }
}
