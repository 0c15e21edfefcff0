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

/// What a headset of this session should be doing.
export function wanted_state(session: Session): DeviceState {
    if (session.state === 'running') return 'playing';
    return session.state === 'paused' ? 'paused' : 'ready';
}

export function is_in_sync(device: LiveDevice, session: Session): boolean {
    return device.online && device.state === wanted_state(session) && !is_off_time(device);
}

export function standing_of(device: LiveDevice): Standing {
    // even if the headset is gone: the person who wore it still feels unwell
    if (device.unwell_ms) return 'unwell';
    if (!device.online) return 'offline';
    return device.hand ? 'hand' : device.state;
}

/// What people call the person at a headset.
export function who(device: LiveDevice): string {
    return device.person?.nickname ?? device.name;
}

/// The lesson's current position. `now_ms` is server time.
export function position_at(session: Session, now_ms: number): number {
    const moving = session.state === 'running' ? Math.max(0, now_ms - session.at_ms) : 0;
    const position = session.position_ms + moving;
    const duration = session.lessons[session.lesson_index]?.duration_ms ?? null;
    return duration === null ? position : Math.min(position, duration);
}

const shown_standings: Standing[] = [
    'playing',
    'paused',
    'ready',
    'hand',
    'unwell',
    'away',
    'offline',
    'needs_help',
];

/// How many headsets stand how, the best first; without those that none of them is.
export function counts_of(devices: LiveDevice[]): { state: Standing; count: number }[] {
    return shown_standings
        .map((state) => ({ state, count: devices.filter((device) => standing_of(device) === state).length }))
        .filter(({ count }) => count > 0);
}
