// The page's headset: the package lectern-headset (clients/js) speaks to the box; this shows what it hears,
// and says what the student does.
import { Headset, own_ms, Refusal, type Command, type HeadsetApp, type Playing } from 'lectern-headset';
import type { Gaze, LiveRequests, LiveSchemas, PersonName } from '../../api/types';
import type { Message as ChatMessage } from '../chat/messages';
import { Effects, type HeadsetCommand } from './effects.svelte';
import { Pictures } from './picture';
import { target_of, zone_of } from './scene';

const gaze_every_ms = 250;

type HandMove = 'headset.hand' | 'headset.hand_down' | 'headset.unwell' | 'headset.well';
type Hand = LiveSchemas['Hand'];
type BatteryManager = { level: number; charging: boolean };

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
        (jpeg) => this.headset.picture(jpeg),
    );
    /// How far the player is off, if there is one.
    player_skew_ms: number | null = null;
    gaze: Gaze = { yaw_deg: 0, pitch_deg: 0 };
    private readonly headset: Headset;
    private timer: ReturnType<typeof setInterval> | undefined;
    private battery: BatteryManager | null = null;
    private just_welcomed = false;

    constructor(
        token: string,
        private readonly join_session: number | null,
    ) {
        const { origin } = location;
        this.headset = new Headset({ box: origin, token, store: localStorage, app: this.app() });
    }

    start(): void {
        this.headset.start();
        this.timer = setInterval(() => this.look(), gaze_every_ms);
        const get_battery = (navigator as { getBattery?: () => Promise<BatteryManager> }).getBattery;
        void get_battery?.call(navigator).then((battery) => (this.battery = battery));
    }

    end(): void {
        clearInterval(this.timer);
        this.pictures.end();
        this.headset.stop();
    }

    now_ms(): number {
        return this.headset.server_ms();
    }

    get plays(): boolean {
        return this.headset.playing?.is_playing(this.now_ms()) ?? false;
    }

    get position_ms(): number {
        return this.headset.position_ms();
    }

    /// The session goes on, but the lesson has come to its end.
    is_finished(now_ms: number): boolean {
        return this.headset.playing?.is_finished(now_ms) ?? false;
    }

    async sign_in(nickname: string, pin: string): Promise<void> {
        this.person = (await this.headset.sign_in(nickname, pin)).person;
    }

    async sign_out(): Promise<void> {
        await this.headset.ask('headset.sign_out', {});
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
        const told = this.headset.ask(type, { ...data }).then(() => (this.teacher_knows = this.hand.unwell));
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

    private app(): HeadsetApp {
        return {
            obey: (command, off_ms) => this.obey(command, off_ms),
            go_to: (playing) => this.go_to(playing),
            report: () => this.report(),
            connected: (welcome) => this.connected(welcome),
            person: (person) => (this.person = person),
            hand: (hand) => this.take_hand(hand),
            pictures: (plan) => this.pictures.want(plan),
            unpaired: () => (this.phase = 'refused'),
            counted: (refusal) => this.count(refusal),
            heard: (type, data) => type === 'chat.message' && this.hear_chat(data as ChatMessage),
            log: () => this.look_for_box(),
        };
    }

    /// The package says why it can't connect, among other things.
    private look_for_box(): void {
        if (!this.headset.is_connected && this.phase !== 'refused') this.phase = 'gone';
    }

    private connected(welcome: Parameters<NonNullable<HeadsetApp['connected']>>[0]): void {
        this.phase = welcome ? 'open' : 'gone';
        if (!welcome) return;
        this.device_id = welcome.device.id;
        this.device_name = welcome.device.name;
        this.just_welcomed = true;
        // the button may have been pressed while the box was gone
        if (this.hand.unwell) void this.feel_unwell();
        if (this.join_session !== null)
            void this.headset.ask('session.join', { session_id: this.join_session }).catch(() => {});
    }

    /// What the box knew before a break doesn't end an unwell moment that it has not heard of yet.
    private take_hand(hand: Hand): void {
        if (!this.just_welcomed || !this.hand.unwell) this.hand = hand;
        this.just_welcomed = false;
    }

    private go_to(playing: Playing | null): void {
        if (playing) this.effects.adopt(playing.controls as LiveSchemas['HeldControls'], this.now_ms());
        else this.effects.clear();
        this.show();
    }

    private obey(command: Command, off_ms: number): void {
        if (!this.effects.obey(command as HeadsetCommand)) {
            if (command.action === 'play') this.effects.launch = null;
            if (this.headset.playing?.state === 'stopped') this.effects.clear();
            this.skew_ms = off_ms;
        }
        this.show();
    }

    private show(): void {
        const { playing } = this.headset;
        const { launch } = this.effects;
        // Out of a session that it was in.
        const left = this.lesson_state === 'created' ? 'created' : 'stopped';
        this.lesson_state = playing?.state ?? left;
        this.session_id = playing?.session_id ?? null;
        this.lesson_title = launch ? launch.title || launch.content : (playing?.lesson?.title ?? '');
        this.content = launch ? launch.content : (playing?.lesson?.content ?? '');
    }

    private report() {
        const { battery } = this;
        this.offset_ms = this.headset.time.offset_ms;
        this.round_trip_ms = this.headset.time.round_trip_ms;
        return {
            app: 'browser',
            app_version: '1',
            gaze: this.gaze,
            content: this.content,
            ...(battery ? { battery: Math.round(battery.level * 100), charging: battery.charging } : {}),
            // The drawn scene follows server time itself; only a video player can be off.
            ...(this.plays ? { skew_ms: this.player_skew_ms ?? 0 } : {}),
        } satisfies LiveRequests['headset.report'];
    }

    private look(): void {
        const now_ms = this.now_ms();
        this.effects.tick(now_ms);
        if (this.headset.time.offset_ms === null || !this.plays) return;
        const position_ms = Math.round(this.position_ms);
        const target = target_of(this.gaze, position_ms);
        this.headset.event('gaze', {
            sent_ms: Math.round(own_ms()),
            position_ms,
            yaw_deg: Math.round(this.gaze.yaw_deg * 10) / 10,
            pitch_deg: Math.round(this.gaze.pitch_deg * 10) / 10,
            zone: zone_of(this.gaze),
            dwell_ms: gaze_every_ms,
            ...(target ? { target } : {}),
        });
    }

    private count(refusal: string | null): void {
        this.acknowledged = this.headset.events.acknowledged;
        this.pending = this.headset.events.pending;
        this.refused = this.headset.events.refused;
        if (refusal) this.refusal = refusal;
    }
}
