// The shapes that travel between the page and the server. Those of the HTTP API are taken from its document;
// the entries of the live socket's topics are written here. A field ending in _at is ISO 8601 in UTC, one
// ending in _ms is in milliseconds.
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
type Given<
    Path extends keyof paths,
    Method extends 'get' | 'post',
    Status extends number,
> = paths[Path][Method] extends { responses: Record<Status, { content: { 'application/json': infer Body } }> }
    ? Body
    : never;

export type Organisation = Schemas['Organisation'];
export type Person = Schemas['Person'];
export type PersonName = Schemas['PersonReference'];
export type Role = Person['role'];
export type Login = Given<'/v1/logins/current', 'get', 200>;
export type Device = Schemas['Device'];
export type Class = Schemas['Class'];
export type PairingCode = Given<'/v1/pairing-codes', 'post', 201>;
export type Seat = Omit<Schemas['Seat'], 'updated_at'>;
export type SeatStatus = Seat['status'];
export type Room = Schemas['Room'];
export type RoomWithSeats = Schemas['RoomWithSeats'];
export type Lesson = Schemas['Lesson'];
export type LessonKind = Lesson['kind'];
export type Session = Schemas['Session'];
export type SessionState = Session['state'];
export type SessionLesson = Schemas['SessionLesson'];
export type Command = Schemas['Command'];
export type Action = Command['action'];
export type OpenAnswer = Command['open'][number];
export type AnswerState = keyof Command['counts'];
export type GazeGrid = Schemas['GazeGrid'];
export type StudentSummary = Schemas['StudentSummary'];
export type Summary = Schemas['SessionSummary'];

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
    hand?: { question: string; raised_ms: number } | null;
    unwell_ms?: number | null;
    eyes_on_me?: { message: string; until_ms: number } | null;
    look?: (Gaze & { until_ms: number; off_deg: number | null; turned: boolean }) | null;
    volume?: number | null;
    brightness?: number | null;
    launch?: { kind: string; content: string; title: string } | null;
};
/// Under "help" of a session's topic: who needs a hand, the most urgent first, by the server's reckoning.
export type Help = {
    device_id: number;
    reason: string;
    since_ms: number;
    value: number | null;
    threshold: number | null;
    unit: string;
    action: string | null;
};
export type Pairing = { open_until_ms: number | null; seats_left: number };
export type PairingRequest = {
    id: number;
    serial_number: string;
    model: string;
    person: PersonName;
    created_ms: number;
};
