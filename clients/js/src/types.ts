// What travels on the socket, as far as a headset needs it. A box may send more fields, and more kinds.
export type Fields = Record<string, unknown>;

export interface LessonContent {
    index: number;
    lesson_id: number;
    title: string;
    kind: 'video' | 'app' | 'web' | 'scenario' | (string & {});
    content: string;
    duration_ms: number | null;
}

/** What is in force beside the lesson; null: nothing of that kind. */
export interface Controls {
    eyes_on_me: { message?: string; seconds: number; until_ms: number } | null;
    look: { yaw_deg: number; pitch_deg: number; seconds: number; until_ms: number } | null;
    launch: { kind: string; content: string; title?: string } | null;
    volume: number | null;
    brightness: number | null;
}

export interface State {
    session_id: number;
    number: number;
    state: 'created' | 'running' | 'paused' | 'stopped';
    lesson: LessonContent | null;
    position_ms: number;
    at_ms: number;
    run_id: number | null;
    controls: Controls;
}

/** An order of the teacher. Times are server time. */
export interface Command {
    session_id: number;
    number: number;
    action: string;
    // of another shape for each action: the app knows which it obeys
    arguments: unknown;
    lesson: LessonContent | null;
    position_ms: number;
    at_ms: number;
    expires_ms: number;
    run_id?: number;
}

export interface Person {
    id: number;
    nickname: string;
}

export interface Hand {
    raised: boolean;
    question: string;
    unwell: boolean;
}

/** How often pictures may be sent (0: never), how large and how good. */
export interface PicturePlan {
    interval_ms: number;
    max_bytes: number;
    quality: number;
    width: number;
}

export interface Limits {
    unanswered: number;
    message_bytes: number;
    batch_events: number;
    picture_bytes: number;
}

export interface StoredBatches {
    boot_id: string;
    up_to: number;
    beyond: number[];
}

export interface FetchItem {
    url: string;
    sha256: string;
    size: number;
}

export interface FetchList {
    piece_bytes: number;
    items: FetchItem[];
}

export interface Welcome {
    server_ms: number;
    device: { id: number; name: string };
    limits?: Limits;
    stored?: StoredBatches[];
    person: Person | null;
    hand: Hand;
    session: State | null;
}

/** Something that the student did. */
export interface HeadsetEvent {
    kind: string;
    at_ms: number;
    sent_ms?: number;
    position_ms?: number;
    yaw_deg?: number;
    pitch_deg?: number;
    target?: string;
    zone?: string;
    dwell_ms?: number;
    data?: Fields;
}
