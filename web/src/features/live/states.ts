// The states of a headset, each with colour, icon and word, the same everywhere on the page.
import type { DeviceState, LiveDevice, Session } from '../../api/types';
import type { Key } from '../../i18n/i18n.svelte';
import type { IconName } from '../../ui/icons';

export type Standing = DeviceState | 'maintenance' | 'hand' | 'unwell';
export type Tone = 'ready' | 'playing' | 'paused' | 'away' | 'needs' | 'hand';
export type Look = { tone: Tone; icon: IconName; word: Key };

export const looks: Record<Standing, Look> = {
    ready: { tone: 'ready', icon: 'dot', word: 'state.ready' },
    playing: { tone: 'playing', icon: 'play', word: 'state.playing' },
    paused: { tone: 'paused', icon: 'pause', word: 'state.paused' },
    finished: { tone: 'ready', icon: 'done', word: 'state.finished' },
    away: { tone: 'away', icon: 'hollow', word: 'state.away' },
    offline: { tone: 'away', icon: 'hollow', word: 'state.offline' },
    needs_help: { tone: 'needs', icon: 'needs', word: 'state.needs_help' },
    hand: { tone: 'hand', icon: 'hand', word: 'state.hand' },
    unwell: { tone: 'needs', icon: 'needs', word: 'state.unwell' },
    maintenance: { tone: 'away', icon: 'maintenance', word: 'state.maintenance' },
};

/// The limits below which a headset is in order; anything above gets a word on the seat.
export const low_battery = 20;
export const slow_round_trip_ms = 150;
export const far_skew_ms = 50;

export function is_battery_low(device: LiveDevice): boolean {
    return device.battery !== null && device.battery < low_battery && !device.charging;
}

export function is_slow(device: LiveDevice): boolean {
    return device.round_trip_ms !== null && device.round_trip_ms > slow_round_trip_ms;
}

export function is_off_time(device: LiveDevice): boolean {
    return device.skew_ms !== null && Math.abs(device.skew_ms) > far_skew_ms;
}

/// Whether the lesson has come to its end: only one that plays by the clock has one. The session goes on
/// until it is stopped, or ends by itself. `now_ms` is server time.
export function is_finished(session: Session, now_ms: number): boolean {
    return session.finishes_ms !== null && now_ms >= session.finishes_ms;
}

/// What a headset of this session should be doing.
export function wanted_state(session: Session, now_ms: number): DeviceState {
    if (is_finished(session, now_ms)) return 'finished';
    if (session.state === 'running') return 'playing';
    return session.state === 'paused' ? 'paused' : 'ready';
}

export function is_in_sync(device: LiveDevice, session: Session, now_ms: number): boolean {
    return device.online && device.state === wanted_state(session, now_ms) && !is_off_time(device);
}

/// How many are where the lesson is. Once it is finished, only those that still play, or can't, are not: a
/// headset that was put down after the lesson is not missing.
export function in_sync_count(devices: LiveDevice[], session: Session, now_ms: number): number {
    const is_with = is_finished(session, now_ms)
        ? (device: LiveDevice) => !device.online || ['finished', 'away'].includes(device.state)
        : (device: LiveDevice) => is_in_sync(device, session, now_ms);
    return devices.filter(is_with).length;
}

/// A raised hand is never among these: it is shown beside how its owner stands.
export function standing_of(device: LiveDevice): Standing {
    // even if the headset is gone: the person who wore it still feels unwell
    if (device.unwell_ms) return 'unwell';
    return device.online ? device.state : 'offline';
}

export const has_hand = (device: LiveDevice): boolean => Boolean(device.hand) && !device.unwell_ms;

/// What people call the person at a headset.
export function who(device: LiveDevice): string {
    return device.person?.nickname ?? device.name;
}

/// The lesson's current position. A lesson that plays by the clock stays at its end; an app or a scenario
/// goes on beyond its planned time. `now_ms` is server time.
export function position_at(session: Session, now_ms: number): number {
    if (session.state !== 'running') return session.position_ms;
    const position = session.position_ms + Math.max(0, now_ms - session.at_ms);
    const duration = session.lessons[session.lesson_index]?.duration_ms ?? null;
    return session.finishes_ms === null || duration === null ? position : Math.min(position, duration);
}

/// By how much the lesson is over its planned time.
export function over_plan_ms(session: Session, position_ms: number): number {
    return Math.max(0, position_ms - (session.lessons[session.lesson_index]?.duration_ms ?? Infinity));
}

const shown_standings: Standing[] = [
    'playing',
    'paused',
    'finished',
    'ready',
    'unwell',
    'away',
    'offline',
    'needs_help',
];

/// How many headsets stand how, the best first, and how many hands are up; without what nobody is.
export function counts_of(devices: LiveDevice[]): { state: Standing; count: number }[] {
    const stand = (state: Standing) => devices.filter((device) => standing_of(device) === state).length;
    const hands = { state: 'hand' as Standing, count: devices.filter(has_hand).length };
    return [...shown_standings.map((state) => ({ state, count: stand(state) })), hands].filter(
        ({ count }) => count > 0,
    );
}
