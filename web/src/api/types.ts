// What travels between the page and the server, by the words of the design. Fields ending in _at are ISO 8601 in UTC, those
// ending in _ms milliseconds.

export type Role = 'student' | 'viewer' | 'teacher' | 'administrator';
export type List<Item> = { items: Item[]; next: string | null };

export type Licence = { type: string; seats: number; seats_taken: number; seats_left: number; last_day: string | null };
export type Organisation = {
    id: number;
    name: string;
    colour: string;
    time_zone: string;
    language: string;
    licence: Licence;
};
export type Person = {
    id: number;
    role: Role;
    nickname: string;
    first_name: string;
    last_name: string;
    username: string | null;
    active: boolean;
    has_pin: boolean;
    has_password: boolean;
    created_at: string;
};
export type PersonName = { id: number; nickname: string };
export type Login = { person: Person | null; organisation: Organisation; proof: string };

export type Class = { id: number; name: string; teacher: PersonName; student_count: number };

export type Device = {
    id: number;
    serial_number: string;
    name: string;
    model: string;
    paired: boolean;
    online: boolean;
    battery: number | null;
    charging: boolean | null;
    storage_free: number | null;
    app: string;
    app_version: string;
    last_seen_at: string | null;
    person: PersonName | null;
};
export type PairingCode = {
    code: string;
    expires_at: string;
    seats_left: number;
    addresses: string[];
    qr_svg: string;
};

export type SeatStatus = 'vacant' | 'occupied' | 'maintenance';
export type Seat = {
    id: number;
    row: number;
    place: number;
    x: number;
    y: number;
    width: number;
    height: number;
    rotation: number;
    seat_type: { id: number; name: string };
    status: SeatStatus;
    device_id: number | null;
    person: PersonName | null;
};
export type Room = { id: number; name: string; rows: number; places: number; seats?: Seat[] };

export type LessonKind = 'app' | 'video' | 'web' | 'scenario';
export type Lesson = { id: number; title: string; kind: LessonKind; content: string; duration_ms: number | null };

export type SessionState = 'created' | 'running' | 'paused' | 'stopped';
export type SessionLesson = {
    index: number;
    lesson_id: number;
    title: string;
    kind: LessonKind;
    content: string;
    duration_ms: number | null;
};
export type Session = {
    id: number;
    title: string;
    state: SessionState;
    teacher: PersonName;
    class_id: number | null;
    room_id: number | null;
    lessons: SessionLesson[];
    lesson_index: number;
    position_ms: number;
    at_ms: number;
    created_at: string;
    started_at: string | null;
    stopped_at: string | null;
};

export type Action = 'play' | 'pause' | 'resume' | 'seek' | 'stop';
export type AnswerState = 'sent' | 'received' | 'running' | 'done' | 'failed' | 'expired';
export type OpenAnswer = {
    device_id: number;
    name: string;
    person: PersonName | null;
    state: AnswerState;
    error: string;
    skew_ms: number | null;
};
export type Command = {
    session_id: number;
    number: number;
    action: Action;
    lesson_index: number | null;
    position_ms: number | null;
    at_ms: number;
    expires_ms: number;
    counts: Record<AnswerState, number>;
    open: OpenAnswer[];
};

export type DeviceState = 'ready' | 'playing' | 'paused' | 'away' | 'offline' | 'needs_help';
export type Gaze = { yaw_deg: number; pitch_deg: number };
/// A headset as the live socket tells it, under "device/3" of the organisation's topic.
export type LiveDevice = {
    id: number;
    name: string;
    model: string;
    online: boolean;
    battery: number | null;
    charging: boolean | null;
    storage_free: number | null;
    app: string;
    app_version: string;
    round_trip_ms: number | null;
    clock_offset_ms: number | null;
    person: PersonName | null;
    session_id: number | null;
    state: DeviceState;
    position_ms: number | null;
    skew_ms: number | null;
    gaze: Gaze | null;
    last_seen_ms: number | null;
};
export type Pairing = { open_until_ms: number | null; seats_left: number };
export type PairingRequest = {
    id: number;
    serial_number: string;
    model: string;
    person: PersonName;
    created_ms: number;
};

export type GazeGrid = { columns: number; rows: number; counts: number[]; total: number };
export type Dwell = { name: string; dwell_ms: number };
export type StudentSummary = {
    person: PersonName | null;
    device: { id: number; name: string } | null;
    run_ids: number[];
    time_in_lesson_ms: number;
    events: number;
    gaze: GazeGrid;
    zones: Dwell[];
    targets: Dwell[];
    kinds: Record<string, number>;
};
export type Summary = { session: Session; students: StudentSummary[]; class_gaze: GazeGrid };
