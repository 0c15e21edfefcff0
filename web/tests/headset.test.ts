import { EventQueue, type Command, type PicturePlan, type Welcome } from 'lectern-headset';
import { describe, expect, it } from 'vitest';
import type { LiveSchemas } from '../src/api/types';
import { correction } from '../src/features/headset/drift';
import { Effects, type HeadsetCommand } from '../src/features/headset/effects.svelte';
import { target_of, turtle_at, zone_of } from '../src/features/headset/scene';
import { gaze_of, turn_of } from '../src/features/headset/sphere';
import { angle_between } from '../src/features/live/gaze_words';

describe('events', () => {
    it('that the first version of this page has kept are sent too, before newer ones', () => {
        localStorage.clear();
        const old = [{ batch_id: 'old', run_id: null, events: [{ kind: 'gaze', at_ms: 1 }] }];
        localStorage.setItem('lectern.headset.batches', JSON.stringify(old));
        const queue = new EventQueue(localStorage, 'lectern.headset', 'boot');
        queue.add(1, 7, { kind: 'gaze' });
        queue.seal(1000);
        expect(queue.oldest).toMatchObject({ batch_id: 'old' });
        queue.acknowledge(queue.oldest!);
        expect(queue.oldest).toMatchObject({ boot_id: 'boot', number: 1, run_id: 7 });
        const reloaded = new EventQueue(localStorage, 'lectern.headset', 'later');
        expect(reloaded.pending).toBe(1);
        reloaded.give_up(reloaded.oldest!);
        expect([reloaded.refused, reloaded.pending, localStorage.length]).toEqual([1, 0, 0]);
    });
});

/// What the box says by its own documents is what the package takes; the compiler looks.
const taken_as_the_box_says = {
    command: (said: LiveSchemas['HeadsetCommand']): Command => said,
    welcome: (said: LiveSchemas['Welcome']): Welcome => said,
    pictures: (said: LiveSchemas['PicturePlan']): PicturePlan => said,
};
void taken_as_the_box_says;

const nothing_held = { eyes_on_me: null, look: null, launch: null, volume: null, brightness: null };
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

describe('orders beside the lesson', () => {
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
