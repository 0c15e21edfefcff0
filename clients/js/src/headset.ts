// A headset of Lectern over one WebSocket: it keeps the time, obeys, reports, and comes back when the Wi-Fi
// goes.
import { own_ms, ServerTime } from './clock.js';
import { EventQueue, type Store } from './events.js';
import { Lesson, kind_of, type Playing } from './lesson.js';
import { after_close, again_after, pause_ms } from './rules.js';
import type {
    Command,
    FetchList,
    Fields,
    Hand,
    HeadsetEvent,
    Limits,
    Person,
    PicturePlan,
    Welcome,
} from './types.js';

const clock_every_ms = 1000;
const report_every_ms = 1000;
const seal_every_ms = 2000;
const quick_clocks = 10;
const quick_clock_ms = 60;
const answer_within_ms = 10_000;
const silent_after_ms = 10_000;
const most_kept = 200;
const kind_of_picture = 1;
const usual: Limits = { unanswered: 64, message_bytes: 1 << 20, batch_events: 1000, picture_bytes: 64 << 10 };

/** The box has answered no. `code` is one of the protocol's. */
export class Refusal extends Error {
    constructor(
        readonly code: string,
        readonly data: Fields,
    ) {
        super(String(data['message'] ?? code));
    }
}

/** The app's part; all of it is optional but obey and go_to. A push may carry more than its type says. */
export interface HeadsetApp {
    /** A command has come and will take effect then, by own_ms(): load the video, be ready. */
    prepare?(command: Command, at_own_ms: number): void;
    /** Act now. Returning means done; throwing means not done, and says why to a teacher. `headset.playing`
        already has the lesson's new state, and `controls.eyes_on_me` in it ends by itself: look at it in
        every frame. */
    obey(command: Command, off_ms: number): void | Promise<void>;
    /** Go there at once: after a connection, or in another lesson. Null: in no lesson. */
    go_to(playing: Playing | null): void;
    /** The fields to send each second: battery, charging, app, app_version, content, skew_ms, gaze. */
    report?(): Fields;
    /** The orders and pushes that the app obeys, by their names in the protocol. */
    capabilities?: string[];
    /** With the welcome where it is connected. */
    connected?(welcome: Welcome | null): void;
    person?(person: Person | null): void;
    hand?(hand: Hand): void;
    pictures?(plan: PicturePlan): void;
    content_wanted?(list: FetchList): void;
    /** The token is no longer valid: forget it, show the pairing screen. The headset has stopped. */
    unpaired?(): void;
    /** Events were made, acknowledged or refused: see `headset.events`. */
    counted?(refusal: string | null): void;
    /** A push that this package does not know. */
    heard?(type: string, data: unknown): void;
    log?(text: string): void;
}

export interface HeadsetOptions {
    /** http://192.0.2.5:8080; in a page of the box itself, location.origin */
    box: string;
    token: string;
    app: HeadsetApp;
    /** Where events stay until the box has them; null: in memory. */
    store?: Store | null;
    /** "device" for what runs all the time, or for an app that does everything; "run" for a lesson's app
        beside it. */
    role?: 'device' | 'run';
    /** Where the platform has none. */
    web_socket?: typeof WebSocket;
}

type Message = { type: string; data: unknown; eid: string | null; error: string | null };
type Words = {
    type: string;
    data: Fields;
    keep: boolean;
    done(data: Fields): void;
    fail(error: Error): void;
};

export class Headset {
    readonly time = new ServerTime();
    readonly events: EventQueue;
    limits: Limits = usual;
    private readonly lesson = new Lesson();
    private socket: WebSocket | null = null;
    private is_welcome = false;
    private is_stopped = false;
    private failures = 0;
    private eid = 0;
    private heard_ms = 0;
    private said = new Map<string, Words>();
    private unsaid: Words[] = [];
    private forwarding = false;
    private timers: ReturnType<typeof setInterval>[] = [];
    private due: ReturnType<typeof setTimeout> | undefined;
    private reopen: ReturnType<typeof setTimeout> | undefined;

    constructor(private readonly options: HeadsetOptions) {
        this.events = new EventQueue(options.store ?? null);
    }

    start(): void {
        this.timers = [
            setInterval(() => this.each_second(), report_every_ms),
            setInterval(() => this.ask_clock(), clock_every_ms),
            setInterval(() => this.hand_over(), seal_every_ms),
        ];
        this.open();
        this.count(null);
    }

    stop(): void {
        this.seal();
        this.is_stopped = true;
        for (const timer of this.timers) clearInterval(timer);
        clearTimeout(this.due);
        clearTimeout(this.reopen);
        this.lose('stopped');
    }

    get app(): HeadsetApp {
        return this.options.app;
    }

    get is_connected(): boolean {
        return this.is_welcome;
    }

    /** Where the lesson is; null: in no lesson. */
    get playing(): Playing | null {
        return this.lesson.playing;
    }

    /** Until the box has said the time, this device's calendar is the best guess there is. */
    server_ms(): number {
        return own_ms() + (this.time.offset_ms ?? Date.now() - own_ms());
    }

    /** Where the lesson is now: compare it with the video twice a second, see rate_for. */
    position_ms(): number {
        return this.playing?.position_ms(this.server_ms()) ?? 0;
    }

    /** Something that the student did: gaze, zone_enter, interaction... It is sent within two seconds. */
    event(kind: string, fields: Partial<HeadsetEvent> = {}): void {
        const now_ms = own_ms();
        const place = this.playing ? { position_ms: Math.round(this.position_ms()) } : {};
        const event = { kind, sent_ms: Math.round(now_ms), ...place, ...fields };
        this.events.add(now_ms, this.playing?.run_id ?? null, event);
        this.count(null);
    }

    /** Makes a batch of what was gathered and sends it. */
    hand_over(): void {
        this.seal();
        void this.forward();
    }

    sign_in(nickname: string, pin: string): Promise<{ person: Person }> {
        return this.ask('headset.sign_in', { nickname, pin });
    }
    /** With the card that read_qr has found. */
    sign_in_by_card(card: string): Promise<{ person: Person }> {
        return this.ask('headset.sign_in', { card });
    }
    sign_out = (): Promise<Fields> => this.ask('headset.sign_out', {});
    raise_hand = (question = ''): Promise<Fields> => this.tell('headset.hand', question ? { question } : {});
    lower_hand = (): Promise<Fields> => this.tell('headset.hand_down', {});
    /** Fade out first, without waiting for the box. */
    unwell = (): Promise<Fields> => this.tell('headset.unwell', {});
    well = (): Promise<Fields> => this.tell('headset.well', {});

    /** A JPEG of what the student sees, as `pictures` has asked for it. Lost without a network. */
    picture(jpeg: Uint8Array): void {
        if (!this.is_welcome || jpeg.length > this.limits.picture_bytes) return;
        const frame = new Uint8Array(jpeg.length + 1);
        frame[0] = kind_of_picture;
        frame.set(jpeg, 1);
        this.socket?.send(frame);
    }

    /** Says a message of the protocol now, or fails: with a Refusal, or because the box is gone or slow. */
    ask<Data = Fields>(type: string, data: Fields): Promise<Data> {
        return this.promise(type, data, false) as Promise<Data>;
    }

    /** The same, kept across a break until it is answered: only for what may be said twice. */
    tell<Data = Fields>(type: string, data: Fields): Promise<Data> {
        return this.promise(type, data, true) as Promise<Data>;
    }

    /** The next report now, instead of within a second. */
    report(): void {
        if (!this.is_welcome || this.time.round_trip_ms === null) return;
        if (this.said.size >= this.limits.unanswered / 2) return; // the box is behind: the next one says more
        this.say({
            type: 'headset.report',
            data: {
                round_trip_ms: this.time.round_trip_ms,
                clock_offset_ms: this.time.offset_ms,
                ...(this.playing ? { position_ms: Math.round(this.position_ms()) } : {}),
                ...this.app.report?.(),
            },
            keep: false,
            done: () => {},
            fail: (error) =>
                error instanceof Refusal && this.app.log?.(`the report is refused: ${error.message}`),
        });
    }

    // --- the connection ---

    private open(): void {
        if (this.is_stopped) return;
        const { box, token, role = 'device', web_socket = globalThis.WebSocket } = this.options;
        const address = `${box.replace(/^http/, 'ws').replace(/\/$/, '')}/v1/live`;
        const socket = new web_socket(`${address}?role=${role}&token=${encodeURIComponent(token)}`);
        this.socket = socket;
        this.heard_ms = own_ms();
        socket.onmessage = ({ data }: MessageEvent) => {
            if (this.socket === socket && typeof data === 'string') this.hear(JSON.parse(data) as Message);
        };
        socket.onclose = ({ code, reason }: CloseEvent) => {
            if (this.socket === socket) void this.come_back(code, `${code} ${reason}`.trim());
        };
        socket.onerror = () => {}; // a close follows
    }

    /** Whatever plays goes on meanwhile. */
    private async come_back(code: number, why: string): Promise<void> {
        const was_welcome = this.is_welcome;
        this.lose(why);
        const { then, least_pause_ms } = after_close(code);
        // A page can't see the status of a refused upgrade, so ask.
        const is_known = then === 'reconnect' && (was_welcome || (await this.is_known()));
        if (this.is_stopped) return;
        if (!is_known) {
            this.stop();
            this.app.unpaired?.();
            return;
        }
        const pause = Math.max(least_pause_ms, pause_ms(this.failures++, Math.random()));
        this.reopen = setTimeout(() => this.open(), pause);
    }

    /** False only where the box says that nobody has this token. */
    private async is_known(): Promise<boolean> {
        const { box, token } = this.options;
        try {
            const headers = { authorization: `Bearer ${token}` };
            return (await fetch(`${box.replace(/\/$/, '')}/v1/logins/current`, { headers })).status !== 401;
        } catch {
            return true;
        }
    }

    private lose(why: string): void {
        const was_welcome = this.is_welcome;
        const { socket } = this;
        this.socket = null;
        this.is_welcome = false;
        this.forwarding = false;
        socket?.close();
        const words = [...this.said.values(), ...this.unsaid];
        this.said.clear();
        this.unsaid = [];
        for (const one of words) this.say(one);
        if (was_welcome) this.app.connected?.(null);
        else this.app.log?.(`no connection: ${why}`);
    }

    private each_second(): void {
        if (this.socket && own_ms() - this.heard_ms > silent_after_ms)
            void this.come_back(1006, 'the box is silent');
        if (!this.is_welcome) return;
        for (const words of this.unsaid.splice(0)) this.say(words);
        this.report();
    }

    private ask_clock(): void {
        if (this.is_welcome) this.send('clock', { t0: own_ms() });
    }

    private send(type: string, data: Fields): string {
        const eid = String(++this.eid);
        this.socket?.send(JSON.stringify({ type, data, eid }));
        return eid;
    }

    private promise(type: string, data: Fields, keep: boolean): Promise<Fields> {
        const told = new Promise<Fields>((done, reject) => {
            const slow = keep ? undefined : setTimeout(() => reject(new Error('slow')), answer_within_ms);
            const fail = (error: Error) => {
                clearTimeout(slow);
                reject(error);
            };
            const finish = (answer: Fields) => {
                clearTimeout(slow);
                done(answer);
            };
            this.say({ type, data, keep, done: finish, fail });
        });
        told.catch(() => {}); // an app that doesn't look at it must not be ended by it
        return told;
    }

    private say(words: Words): void {
        if (this.is_welcome) this.said.set(this.send(words.type, words.data), words);
        else if (words.keep) this.keep(words);
        else words.fail(new Error('gone'));
    }

    private keep(words: Words): void {
        this.unsaid.push(words);
        if (this.unsaid.length > most_kept) this.unsaid.shift()?.fail(new Error('too much waits'));
    }

    // --- what the box says ---

    private hear(message: Message): void {
        this.heard_ms = own_ms();
        const { type, eid, error } = message;
        const data = (message.data ?? {}) as Fields;
        if (eid === null) {
            // An error here is of what had no eid: a picture.
            if (error === null) this.hear_push(type, message.data);
            else this.app.log?.(`refused: ${type} ${error}: ${String(data['message'])}`);
            return;
        }
        if (type === 'clock' && error === null)
            this.time.add(data['t0'] as number, data['t1'] as number, this.heard_ms);
        const words = this.said.get(eid);
        this.said.delete(eid);
        if (!words) return;
        if (error === null) words.done(data);
        else if (words.keep && again_after(error)) this.keep(words);
        else words.fail(new Refusal(error, data));
    }

    private hear_push(type: string, data: unknown): void {
        if (type === 'welcome') this.welcome(data as Welcome);
        else if (type === 'state') this.adopt(data as Welcome['session']);
        else if (type === 'command') this.take(data as Command);
        else if (type === 'person') this.app.person?.((data as { person: Person | null }).person);
        else if (type === 'hand') this.app.hand?.(data as Hand);
        else if (type === 'pictures') this.app.pictures?.(data as PicturePlan);
        else if (type === 'content.fetch') this.app.content_wanted?.(data as FetchList);
        else this.app.heard?.(type, data);
    }

    private welcome(data: Welcome): void {
        this.time.guess(data.server_ms, this.heard_ms);
        this.limits = { ...usual, ...data.limits };
        this.events.most_in_batch = Math.min(this.events.most_in_batch, this.limits.batch_events);
        this.events.stored(data.stored ?? []);
        this.is_welcome = true;
        this.failures = 0;
        for (let index = 0; index < quick_clocks; ++index)
            setTimeout(() => this.ask_clock(), index * quick_clock_ms);
        const { capabilities } = this.app;
        if (capabilities) this.send('hello', { capabilities });
        for (const words of this.unsaid.splice(0)) this.say(words);
        this.app.connected?.(data);
        this.app.person?.(data.person);
        this.app.hand?.(data.hand);
        this.adopt(data.session);
        this.hand_over();
    }

    private adopt(state: Welcome['session']): void {
        this.seal();
        const number = this.lesson.take_state(state);
        if (state && number !== null) this.answer({ session_id: state.session_id, number }, 'done');
        this.app.go_to(this.playing);
        this.wait();
    }

    private take(command: Command): void {
        const is_news = this.lesson.take_command(command);
        this.answer(command, is_news ? 'received' : 'done');
        if (!is_news) return;
        this.app.prepare?.(command, own_ms() + command.at_ms - this.server_ms());
        this.wait();
    }

    private answer(
        { session_id, number }: Pick<Command, 'session_id' | 'number'>,
        state: string,
        more: Fields = {},
    ): void {
        const data = { session_id, number, state, ...more };
        this.say({ type: 'command.answer', data, keep: true, done: () => {}, fail: () => {} });
    }

    /** Timers fire a little early or late. Set one for just before the moment, and then wait in small
        steps. */
    private wait(): void {
        clearTimeout(this.due);
        const { next_ms } = this.lesson;
        if (next_ms === null) return;
        const left_ms = next_ms - this.server_ms();
        if (left_ms > 0)
            this.due = setTimeout(() => this.wait(), left_ms > 20 ? Math.min(left_ms - 15, 1000) : 0);
        else this.obey();
    }

    private obey(): void {
        const now_ms = this.server_ms();
        this.seal(); // what happened until now was of the run before
        for (const { command, is_news, is_expired } of this.lesson.obey(now_ms)) {
            const skew_ms = Math.round((now_ms - command.at_ms) * 10) / 10;
            if (!is_news) this.answer(command, 'done', { skew_ms });
            else if (is_expired)
                this.answer(command, 'failed', { skew_ms, error: 'came after it had expired' });
            if (is_news && is_expired && kind_of(command.action) === 'playback') this.app.go_to(this.playing);
            if (is_news && !is_expired) void this.carry_out(command, skew_ms);
        }
        this.hand_over();
        this.report();
        this.wait();
    }

    private async carry_out(command: Command, skew_ms: number): Promise<void> {
        try {
            const lasts = this.app.obey(command, skew_ms);
            if (lasts) this.answer(command, 'running', { skew_ms });
            await lasts;
            this.answer(command, 'done', { skew_ms });
        } catch (error) {
            const words = error instanceof Error ? error.message : String(error);
            this.answer(command, 'failed', { skew_ms, error: words.slice(0, 200) });
        }
    }

    // --- events ---

    private seal(): void {
        if (this.time.offset_ms !== null) this.events.seal(this.time.offset_ms);
    }

    /** Sends one batch at a time, the oldest first, until all are acknowledged or the box is gone. */
    private async forward(): Promise<void> {
        if (this.forwarding || !this.is_welcome) return;
        const mine = this.socket;
        this.forwarding = true;
        for (let batch = this.events.oldest; batch && mine === this.socket; batch = this.events.oldest) {
            const { run_id, ...rest } = batch;
            const run = typeof run_id === 'number' ? { run_id } : {};
            try {
                const answer = await this.ask('events', { ...rest, ...run });
                this.events.acknowledge(batch);
                // What can't be kept costs itself, and not its batch.
                this.count(answer['refused'] ? JSON.stringify(answer['refused']) : null);
            } catch (error) {
                if (!(error instanceof Refusal) || again_after(error.code)) break; // the next time
                this.events.give_up(batch);
                this.count(error.message);
            }
        }
        if (mine === this.socket) this.forwarding = false;
    }

    private count(refusal: string | null): void {
        this.app.counted?.(refusal);
    }
}
