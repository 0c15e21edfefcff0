// The page's live socket. It keeps topics as small reactive tables, reconnects by itself, keeps the last
// known state meanwhile, and tells how long it has heard nothing.
import { SvelteMap } from 'svelte/reactivity';
import { take_picture } from './pictures';
import { learn_server_time } from './server_clock.svelte';
import type {
    EntryKey,
    ListKey,
    LiveAnswer,
    LiveRequests,
    LiveSchemas,
    Push,
    TopicKind,
    Topics,
} from './types';

const ping_every_ms = 3000;
const silent_for_ms = 7000;
const connect_within_ms = 4000;
const first_retry_ms = 400;
const longest_retry_ms = 4000;

type Message = (Push | LiveAnswer) & { status: string; eid?: string; ts?: number };
type News = LiveSchemas['TopicMessage'];

export class Topic<Kind extends TopicKind = TopicKind> {
    readonly entries = new SvelteMap<string, unknown>();
    loaded = $state(false);
    epoch = '';
    version = 0;
    uses = 0;

    constructor(readonly name: string) {}

    take(status: string, { entries = {}, erased = [], epoch = '', version }: News): void {
        if (status === 'snapshot') {
            for (const key of [...this.entries.keys()]) if (!(key in entries)) this.entries.delete(key);
            this.epoch = epoch;
        }
        for (const [key, value] of Object.entries(entries)) this.entries.set(key, value);
        for (const key of erased) this.entries.delete(key);
        this.version = version ?? this.version;
        this.loaded = true;
    }

    get<Key extends EntryKey<Kind> & string>(key: Key): Topics[Kind][Key] | undefined {
        return this.entries.get(key) as Topics[Kind][Key] | undefined;
    }

    /// All entries whose keys begin with a prefix such as "device/".
    all<Prefix extends ListKey<Kind> & string>(prefix: Prefix): Topics[Kind][Prefix][] {
        type Value = Topics[Kind][Prefix];
        const found: Value[] = [];
        for (const [key, value] of this.entries) if (key.startsWith(prefix)) found.push(value as Value);
        return found;
    }
}

export class Live {
    /// It becomes 'gone' only after it was open, or after it could not be opened for a while, so that a page
    /// that is still loading shows no alarm.
    state: 'connecting' | 'open' | 'gone' = $state('connecting');
    heard_at_ms = $state(Date.now());
    /// Called with messages that arrive unasked and belong to no topic.
    readonly hearers = new Set<(message: Push | LiveAnswer) => void>();
    private socket: WebSocket | null = null;
    private topics = new Map<string, Topic>();
    private asked = new Map<string, number>();
    private next_eid = 1;
    private retry_ms = first_retry_ms;
    private timer: ReturnType<typeof setTimeout> | undefined;
    private ping_timer: ReturnType<typeof setInterval> | undefined;
    private ended = false;

    constructor(
        private readonly url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/live`,
        private readonly on_refused: () => void = () => {},
        /// Called when it is open again after it was lost: the box may have been updated meanwhile.
        private readonly on_back: () => void = () => {},
    ) {}

    start(): void {
        this.open();
        window.addEventListener('online', this.hurry);
        window.addEventListener('offline', this.lose);
        document.addEventListener('visibilitychange', this.hurry);
        this.ping_timer = setInterval(() => this.ping(), ping_every_ms);
    }

    end(): void {
        this.ended = true;
        clearTimeout(this.timer);
        clearInterval(this.ping_timer);
        window.removeEventListener('online', this.hurry);
        window.removeEventListener('offline', this.lose);
        document.removeEventListener('visibilitychange', this.hurry);
        this.socket?.close();
    }

    /// Call `release` when the topic is no longer shown.
    topic<Kind extends TopicKind>(name: `${Kind}/${number}`): Topic<Kind> {
        let topic = this.topics.get(name);
        if (!topic) {
            topic = new Topic(name);
            this.topics.set(name, topic);
            this.ask_for(topic);
        }
        topic.uses++;
        return topic as Topic<Kind>;
    }

    release(topic: Topic): void {
        if (--topic.uses > 0) return;
        this.topics.delete(topic.name);
        this.send('unsubscribe', { topic: topic.name });
    }

    private ask_for(topic: Topic): void {
        const since = topic.epoch ? { since: { epoch: topic.epoch, version: topic.version } } : {};
        this.send('subscribe', { topic: topic.name, ...since });
    }

    private send<Type extends keyof LiveRequests>(type: Type, data: LiveRequests[Type]): void {
        if (this.socket?.readyState !== WebSocket.OPEN) return;
        const eid = String(this.next_eid++);
        this.asked.set(eid, Date.now());
        this.socket.send(JSON.stringify({ type, data, eid, ts: Date.now() }));
    }

    private ping(): void {
        if (this.state === 'open' && Date.now() - this.heard_at_ms > silent_for_ms) this.lose();
        else this.send('ping', {});
    }

    private open(): void {
        if (this.ended) return;
        const socket = new WebSocket(this.url);
        let opened = false;
        socket.binaryType = 'arraybuffer';
        this.socket = socket;
        // A box that is switched off does not answer at all, and a browser would wait minutes for it.
        const too_long = setTimeout(() => !opened && this.lost(socket, opened), connect_within_ms);
        socket.onopen = () => {
            opened = true;
            clearTimeout(too_long);
            if (this.state === 'gone') this.on_back();
            this.state = 'open';
            this.heard_at_ms = Date.now();
            this.retry_ms = first_retry_ms;
            this.asked.clear();
            for (const topic of this.topics.values()) this.ask_for(topic);
            this.send('ping', {});
        };
        socket.onmessage = (event) => {
            this.heard_at_ms = Date.now();
            if (typeof event.data !== 'string') return take_picture(event.data as ArrayBuffer);
            const frame = JSON.parse(event.data) as Message | Message[];
            for (const message of Array.isArray(frame) ? frame : [frame]) this.take(message);
        };
        socket.onclose = () => {
            clearTimeout(too_long);
            if (this.socket === socket) this.lost(socket, opened);
        };
    }

    private lost(socket: WebSocket, opened: boolean): void {
        if (this.ended) return;
        socket.onopen = socket.onclose = socket.onmessage = null;
        socket.close();
        this.state = 'gone';
        if (!opened) this.on_refused();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.open(), this.retry_ms * (0.75 + Math.random() / 2));
        this.retry_ms = Math.min(longest_retry_ms, this.retry_ms * 1.7);
    }

    private take(message: Message): void {
        const sent_at = message.eid === undefined ? undefined : this.asked.get(message.eid);
        if (sent_at !== undefined) {
            this.asked.delete(message.eid as string);
            if (message.ts) learn_server_time(message.ts, Date.now() - sent_at);
        }
        if (message.type !== 'topic') {
            for (const hear of this.hearers) hear(message);
            return;
        }
        const topic = this.topics.get(message.data.topic);
        if (topic && (message.status === 'snapshot' || message.status === 'update'))
            topic.take(message.status, message.data);
    }

    /// The network came back, or the page became visible: connect now, don't wait for the next retry.
    private hurry = (): void => {
        if (this.state !== 'gone' || document.hidden) return;
        clearTimeout(this.timer);
        this.retry_ms = first_retry_ms;
        if (this.socket?.readyState !== WebSocket.CONNECTING) this.open();
    };

    private lose = (): void => {
        if (this.socket && this.state === 'open') this.lost(this.socket, true);
    };
}
