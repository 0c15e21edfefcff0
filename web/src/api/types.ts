// The shapes that travel between the page and the server, taken from its documents of the HTTP API and of the
// live socket. A field ending in _at is ISO 8601 in UTC, one ending in _ms is in milliseconds.
import type { components as live } from './live_schema';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type LiveSchemas = live['schemas'];
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

/// A headset as the live socket tells it, under "device/3" of the organisation's topic.
export type LiveDevice = LiveSchemas['LiveDevice'];
export type DeviceState = LiveDevice['state'];
export type Gaze = LiveSchemas['Gaze'];
/// Under "help" of a session's topic: who needs a hand, the most urgent first, by the server's reckoning.
export type Help = LiveSchemas['Need'];
export type Pairing = LiveSchemas['LivePairing'];
export type PairingRequest = LiveSchemas['LivePairingRequest'];

/// The entries of each kind of topic. "device/" stands for "device/3" and all others of its kind.
export type Topics = LiveSchemas['LiveTopics'];
export type TopicKind = keyof Topics;
export type ListKey<Kind extends TopicKind> = Extract<keyof Topics[Kind], `${string}/`>;
export type EntryKey<Kind extends TopicKind> = Exclude<keyof Topics[Kind], `${string}/`>;
type Messages<Table> = { [Type in keyof Table]: { type: Type; data: Table[Type] } }[keyof Table];
/// What the server says unasked.
export type Push = Messages<LiveSchemas['LivePushes']>;
/// What the server answers to a message of the same type.
export type LiveAnswers = LiveSchemas['LiveAnswers'];
export type LiveAnswer = Messages<LiveAnswers>;
/// What may be said on the live socket.
export type LiveRequests = LiveSchemas['LiveRequests'];
