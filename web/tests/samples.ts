// Sample headsets, seats, sessions and commands as the server tells them, with the changes that a test needs.
import type { AnswerState, Command, LiveDevice, OpenAnswer, Seat, Session } from '../src/api/types';

export function device(change: Partial<LiveDevice> = {}): LiveDevice {
    return {
        id: 1,
        name: 'DPVR-01',
        model: 'DPVR E4',
        online: true,
        battery: 80,
        charging: false,
        storage_free: 20e9,
        app: 'player',
        app_version: '1.0',
        round_trip_ms: 8,
        clock_offset_ms: 0,
        person: { id: 100, nickname: 'Ada' },
        session_id: 1,
        state: 'playing',
        position_ms: 0,
        skew_ms: 2,
        gaze: { yaw_deg: 0, pitch_deg: 0 },
        last_seen_ms: 1000,
        hand: null,
        unwell_ms: null,
        content: null,
        eyes_on_me: null,
        look: null,
        launch: null,
        volume: null,
        brightness: null,
        ...change,
    };
}

export function session(change: Partial<Session> = {}): Session {
    return {
        id: 1,
        title: '6B · Coral reef',
        state: 'running',
        teacher: { id: 2, nickname: 'Ms Rossi' },
        class_id: 1,
        room_id: 1,
        lessons: [
            {
                index: 0,
                lesson_id: 1,
                title: 'Coral reef',
                kind: 'video',
                content: 'reef.mp4',
                duration_ms: 60_000,
            },
        ],
        lesson_index: 0,
        position_ms: 0,
        at_ms: 1000,
        finishes_ms: 61_000,
        ends_ms: 661_000,
        created_at: '2026-01-01T08:00:00.000Z',
        started_at: '2026-01-01T08:00:00.000Z',
        stopped_at: null,
        display_device_id: null,
        ...change,
    };
}

export function seat(row: number, place: number, change: Partial<Seat> = {}): Seat {
    return {
        id: row * 100 + place,
        row,
        place,
        x: (place - 1) * 40,
        y: (row - 1) * 40,
        width: 30,
        height: 30,
        rotation: 0,
        seat_type: { id: 1, name: 'Standard' },
        status: 'vacant',
        device_id: null,
        person: null,
        ...change,
    };
}

export function command(
    counts: Partial<Record<AnswerState, number>>,
    open: Partial<OpenAnswer>[] = [],
    change: Partial<Command> = {},
): Command {
    return {
        session_id: 1,
        number: 1,
        action: 'play',
        lesson_index: 0,
        position_ms: 0,
        at_ms: 0,
        expires_ms: 0,
        arguments: {},
        target: { kind: 'all' },
        counts: { sent: 0, received: 0, running: 0, done: 0, failed: 0, expired: 0, ...counts },
        open: open.map((answer) => ({
            device_id: 1,
            name: 'DPVR-01',
            person: null,
            state: 'failed',
            error: '',
            skew_ms: null,
            ...answer,
        })),
        ...change,
    } as Command;
}
