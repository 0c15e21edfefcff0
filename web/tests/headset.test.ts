import { describe, expect, it } from 'vitest';
import { ClockSync } from '../src/features/headset/clock_sync';
import { correction } from '../src/features/headset/drift';
import { Effects } from '../src/features/headset/effects.svelte';
import { EventQueue, type HeadsetEvent } from '../src/features/headset/event_queue';
import { Playback, type HeadsetCommand, type State } from '../src/features/headset/playback';
import { refusal_of } from '../src/features/headset/refusal';
import { target_of, turtle_at, zone_of } from '../src/features/headset/scene';
import { gaze_of, turn_of } from '../src/features/headset/sphere';
import { angle_between } from '../src/features/live/gaze_words';

describe('the clocks', () => {
    it('are brought together by the quickest of many round trips', () => {
        const sync = new ClockSync();
        expect(sync.offset_ms).toBeNull();
        for (let i = 0; i < 64; ++i) {
            // waited on the way back, which would look like 100 ms of offset
            const slow = i % 10 === 0 ? 0 : 200;
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
    return {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => void kept.set(key, value),
    };
}
const event = (position_ms: number): HeadsetEvent => ({
    kind: 'gaze',
    at_ms: 1,
    sent_ms: 1,
    position_ms,
    yaw_deg: 0,
    pitch_deg: 0,
});

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

const nothing_held = { eyes_on_me: null, look: null, launch: null, volume: null, brightness: null };
const state = (change: Partial<State> = {}): State => ({
    session_id: 3,
    number: 4,
    state: 'running',
    lesson_index: 0,
    lesson: { index: 0, lesson_id: 1, title: 'Reef', kind: 'video', content: '', duration_ms: 60_000 },
    position_ms: 10_000,
    at_ms: 1_000_000,
    server_ms: 1_000_000,
    run_id: 9,
    controls: nothing_held,
    ...change,
});
const command = (change: Partial<HeadsetCommand> = {}): HeadsetCommand =>
    ({
        session_id: 3,
        number: 5,
        action: 'pause',
        arguments: {},
        lesson_index: 0,
        lesson: null,
        position_ms: 15_000,
        at_ms: 1_005_000,
        expires_ms: 1_010_000,
        ...change,
    }) as HeadsetCommand;

describe('a headset', () => {
    it('that joins late is where the lesson is', () => {
        const playback = new Playback();
        playback.adopt(state());
        expect(playback.position(1_005_000)).toBe(15_000);
        expect(playback.position(2_000_000)).toBe(60_000);
        expect(playback.is_playing(2_000_000)).toBe(false);
    });

    it('is finished at the end of a video, not at the planned time of an app', () => {
        const playback = new Playback();
        playback.adopt(state());
        expect(playback.is_finished(1_049_999)).toBe(false);
        expect(playback.is_finished(1_050_000)).toBe(true);
        playback.obey(command({ number: 6, action: 'seek', position_ms: 0, at_ms: 1_060_000 }));
        expect(playback.is_finished(1_060_000)).toBe(false);
        playback.adopt(state({ lesson: { ...state().lesson!, kind: 'app' } }));
        expect([playback.position(1_110_000), playback.is_finished(1_110_000)]).toEqual([120_000, false]);
        expect(playback.is_playing(1_110_000)).toBe(true);
    });

    it('pauses, moves and goes on', () => {
        const playback = new Playback();
        playback.adopt(state());
        playback.obey(command());
        expect(playback.position(1_009_000)).toBe(15_000);
        playback.obey(command({ number: 6, action: 'seek', position_ms: 30_000 }));
        expect([playback.state, playback.position(1_011_000)]).toEqual(['paused', 30_000]);
        playback.obey(command({ number: 7, action: 'resume', position_ms: 30_000, at_ms: 1_020_000 }));
        expect(playback.position(1_021_000)).toBe(31_000);
        playback.obey(command({ number: 8, action: 'stop' }));
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

describe('orders beside the lesson', () => {
    it('make nothing of another kind old', () => {
        const playback = new Playback();
        playback.adopt(state({ number: 3 }));
        playback.note(command({ number: 9, action: 'message' }));
        expect(playback.is_news(command({ number: 8, action: 'pause' }))).toBe(true);
        expect(playback.is_news(command({ number: 9, action: 'message' }))).toBe(false);
        expect(playback.is_news(command({ number: 3, action: 'pause' }))).toBe(false);
        expect(playback.is_news(command({ number: 3, action: 'look' }))).toBe(true);
    });

    it('end by themselves, though the box is gone', () => {
        const effects = new Effects();
        const eyes = { message: 'Look', seconds: 4, until_ms: 5000 };
        const message = { text: 'Well done', seconds: 2, until_ms: 3000 };
        const look = { yaw_deg: 90, pitch_deg: 0, seconds: 30, until_ms: 31_000 };
        effects.obey(command({ action: 'eyes_on_me', arguments: eyes }));
        effects.obey(command({ action: 'message', arguments: message }));
        effects.obey(command({ action: 'look', arguments: look }));
        effects.tick(2999);
        expect([effects.eyes?.message, effects.message?.text, effects.look?.towards.yaw_deg]).toEqual([
            'Look',
            'Well done',
            90,
        ]);
        effects.tick(5000);
        expect([effects.eyes, effects.message, effects.look?.until_ms]).toEqual([null, null, 31_000]);
    });

    it('are what the box says on coming back', () => {
        const effects = new Effects();
        effects.obey(command({ action: 'volume', arguments: { percent: 30 } }));
        const eyes_on_me = { message: '', seconds: 1, until_ms: 90 };
        effects.adopt({ ...nothing_held, brightness: 40, eyes_on_me }, 100);
        expect([effects.eyes, effects.volume, effects.brightness]).toEqual([null, 100, 40]);
        expect(effects.obey(command({ action: 'pause' }))).toBe(false);
    });
});

describe('a player', () => {
    it.each([
        [2, 1, false],
        [40, 0.97, false],
        [-40, 1.03, false],
        [12, 0.988, false],
        [81, 1, true],
        [-400, 1, true],
    ])('that is %i ms ahead plays at %f, jumps: %s', (off_ms, rate, jump) => {
        expect(correction(off_ms)).toEqual({ rate: expect.closeTo(rate, 5), jump });
    });
});

describe('the sphere', () => {
    it.each([
        [0, 0],
        [90, 0],
        [-135, 40],
        [20, -70],
    ])('turned to %i°, %i° looks there', (yaw_deg, pitch_deg) => {
        const gaze = gaze_of(turn_of(yaw_deg, pitch_deg));
        expect([gaze.yaw_deg, gaze.pitch_deg]).toEqual([
            expect.closeTo(yaw_deg, 3),
            expect.closeTo(pitch_deg, 3),
        ]);
    });
});

describe('a batch that is refused', () => {
    it.each([
        ['Invalid', true],
        ['NotFound', true],
        ['Unauthorized', false],
        ['TooManyRequests', false],
        ['Unavailable', false],
        ['Internal', false],
    ])('as %s, for good: %s', (code, is_final) =>
        expect(refusal_of(code, { message: 'no' }).is_final).toBe(is_final),
    );

    it('gives way to those behind it, and is counted', () => {
        const queue = new EventQueue(null, () => String(Math.random()));
        const event = { kind: 'gaze', at_ms: 1, sent_ms: 1, position_ms: 1, yaw_deg: 0, pitch_deg: 0 };
        queue.add(event);
        queue.seal(1);
        queue.add(event);
        queue.add(event);
        queue.seal(2);
        queue.give_up(queue.oldest?.batch_id ?? '');
        expect([queue.refused, queue.pending, queue.oldest?.run_id]).toEqual([1, 2, 2]);
    });
});

describe('the reef', () => {
    it('is the same for everybody at the same position, and says what is looked at', () => {
        expect(turtle_at(80_000)).toEqual(turtle_at(80_000));
        expect(target_of(turtle_at(5000), 5000)).toBe('turtle');
        expect(target_of({ yaw_deg: 0, pitch_deg: -80 }, 5000)).toBeUndefined();
        expect(angle_between({ yaw_deg: 179, pitch_deg: 0 }, { yaw_deg: -179, pitch_deg: 0 })).toBeCloseTo(
            2,
            5,
        );
        expect(zone_of({ yaw_deg: 0, pitch_deg: 50 })).toBe('surface');
    });
});
