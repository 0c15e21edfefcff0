import { describe, expect, it } from 'vitest';
import { ClockSync } from '../src/features/headset/clock_sync';
import { EventQueue, type HeadsetEvent } from '../src/features/headset/event_queue';
import { Playback, type HeadsetCommand, type State } from '../src/features/headset/playback';
import { target_of, turtle_at, zone_of } from '../src/features/headset/scene';
import { angle_between } from '../src/features/live/gaze_words';

describe('the clocks', () => {
    it('are brought together by the quickest of many round trips', () => {
        const sync = new ClockSync();
        expect(sync.offset_ms).toBeNull();
        for (let i = 0; i < 64; ++i) {
            const slow = i % 10 === 0 ? 0 : 200; // queued on the way back: it would pretend 100 ms of offset
            sync.add(i * 1000, i * 1000 + 5000 + 4, i * 1000 + 8 + slow);
        }
        expect(sync.offset_ms).toBeCloseTo(5000, 6);
        expect(sync.round_trip_ms).toBeCloseTo(8, 6);
    });

    it('ignore a trip during which the own clock was set back', () => {
        const sync = new ClockSync();
        sync.add(100, 5000, 50);
        expect(sync.offset_ms).toBeNull();
    });
});

function storage() {
    const kept = new Map<string, string>();
    return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
}
const event = (position_ms: number): HeadsetEvent => ({ kind: 'gaze', at_ms: 1, sent_ms: 1, position_ms, yaw_deg: 0, pitch_deg: 0 });

describe('events', () => {
    it('wait until they are acknowledged, also over a reload of the page', () => {
        const kept = storage();
        let ids = 0;
        const queue = new EventQueue(kept, () => `batch-${++ids}`);
        queue.add(event(0));
        queue.add(event(250));
        queue.seal(7);
        queue.seal(7);
        queue.add(event(500));
        expect(queue.pending).toBe(3);

        const reloaded = new EventQueue(kept, () => `batch-${++ids}`);
        expect(reloaded.oldest).toMatchObject({ batch_id: 'batch-1', run_id: 7 });
        reloaded.acknowledge('batch-1');
        reloaded.acknowledge('batch-1');
        expect([reloaded.acknowledged, reloaded.pending, reloaded.oldest]).toEqual([2, 0, undefined]);
    });
});

const state = (change: Partial<State> = {}): State => ({
    session_id: 3,
    number: 4,
    state: 'running',
    lesson: { index: 0, lesson_id: 1, title: 'Reef', kind: 'video', content: '', duration_ms: 60_000 },
    position_ms: 10_000,
    at_ms: 1_000_000,
    run_id: 9,
    ...change,
});
const command = (change: Partial<HeadsetCommand> = {}): HeadsetCommand => ({
    session_id: 3,
    number: 5,
    action: 'pause',
    lesson: null,
    position_ms: null,
    at_ms: 1_005_000,
    expires_ms: 1_010_000,
    ...change,
});

describe('a headset', () => {
    it('that joins late is where the lesson is', () => {
        const playback = new Playback();
        playback.adopt(state());
        expect(playback.position(1_005_000)).toBe(15_000);
        expect(playback.position(2_000_000)).toBe(60_000);
        expect(playback.is_playing(2_000_000)).toBe(false);
    });

    it('pauses, moves and goes on', () => {
        const playback = new Playback();
        playback.adopt(state());
        playback.obey(command(), 1_005_003);
        expect(playback.position(1_009_000)).toBe(15_003);
        playback.obey(command({ number: 6, action: 'seek', position_ms: 30_000 }), 1_010_000);
        expect([playback.state, playback.position(1_011_000)]).toEqual(['paused', 30_000]);
        playback.obey(command({ number: 7, action: 'resume', position_ms: 30_000, at_ms: 1_020_000 }), 1_020_010);
        expect(playback.position(1_021_000)).toBe(31_000);
        playback.obey(command({ number: 8, action: 'stop' }), 1_030_000);
        expect(playback.state).toBe('stopped');
    });

    it('obeys only what is newer', () => {
        const playback = new Playback();
        playback.adopt(state());
        expect(playback.is_news(command({ number: 4 }))).toBe(false);
        expect(playback.is_news(command())).toBe(true);
        expect(playback.is_news(command({ session_id: 4, number: 1 }))).toBe(true);
        playback.note(command());
        expect(playback.is_news(command())).toBe(false);
    });
});

describe('the reef', () => {
    it('is the same for everybody at the same position, and says what is looked at', () => {
        expect(turtle_at(80_000)).toEqual(turtle_at(80_000));
        expect(target_of(turtle_at(5000), 5000)).toBe('turtle');
        expect(target_of({ yaw_deg: 0, pitch_deg: -80 }, 5000)).toBeUndefined();
        expect(angle_between({ yaw_deg: 179, pitch_deg: 0 }, { yaw_deg: -179, pitch_deg: 0 })).toBeCloseTo(2, 5);
        expect(zone_of({ yaw_deg: 0, pitch_deg: 50 })).toBe('surface');
    });
});
