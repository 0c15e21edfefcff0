// Where a person looks, in words: for lists, for screen readers, and for the titles of charts.
import type { Gaze, GazeGrid, LiveDevice } from '../../api/types';
import type { Key } from '../../i18n/i18n.svelte';

export function wrapped_yaw(yaw_deg: number): number {
    return ((((yaw_deg + 180) % 360) + 360) % 360) - 180;
}

const radians = Math.PI / 180;

export function angle_between(a: Gaze, b: Gaze): number {
    const [ap, bp] = [a.pitch_deg * radians, b.pitch_deg * radians];
    const cosine =
        Math.sin(ap) * Math.sin(bp) +
        Math.cos(ap) * Math.cos(bp) * Math.cos((a.yaw_deg - b.yaw_deg) * radians);
    return Math.acos(Math.min(1, Math.max(-1, cosine))) / radians;
}

/// Whether a head has turned to the target: it is in view, though maybe not in the middle.
export const turned_within_deg = 30;
export const has_turned = (gaze: Gaze | null, towards: Gaze): boolean =>
    gaze !== null && angle_between(gaze, towards) <= turned_within_deg;

export function gaze_words(gaze: Gaze): Key {
    const yaw = wrapped_yaw(gaze.yaw_deg);
    if (gaze.pitch_deg > 55) return 'gaze.up';
    if (gaze.pitch_deg < -55) return 'gaze.down';
    if (Math.abs(yaw) <= 45) {
        if (gaze.pitch_deg > 20) return 'gaze.ahead_up';
        return gaze.pitch_deg < -20 ? 'gaze.ahead_down' : 'gaze.ahead';
    }
    if (Math.abs(yaw) > 135) return 'gaze.behind';
    return yaw < 0 ? 'gaze.left' : 'gaze.right';
}

/// The middle of the cell that people looked at most, or null if nobody looked anywhere.
export function peak_of(grid: GazeGrid): Gaze | null {
    let best = -1;
    let most = 0;
    for (const [index, count] of grid.counts.entries()) {
        if (count <= most) continue;
        most = count;
        best = index;
    }
    if (best < 0) return null;
    const column = best % grid.columns;
    const row = Math.floor(best / grid.columns);
    return {
        yaw_deg: ((column + 0.5) * 360) / grid.columns - 180,
        pitch_deg: 90 - ((row + 0.5) * 180) / grid.rows,
    };
}

/// The share of all gaze in each direction of the words above, the largest first.
export function shares_of(grid: GazeGrid): { words: Key; share: number }[] {
    const sums = new Map<Key, number>();
    for (const [index, count] of grid.counts.entries()) {
        if (count === 0) continue;
        const words = gaze_words({
            yaw_deg: (((index % grid.columns) + 0.5) * 360) / grid.columns - 180,
            pitch_deg: 90 - ((Math.floor(index / grid.columns) + 0.5) * 180) / grid.rows,
        });
        sums.set(words, (sums.get(words) ?? 0) + count);
    }
    const all = Math.max(1, grid.total);
    return [...sums].map(([words, sum]) => ({ words, share: sum / all })).sort((a, b) => b.share - a.share);
}

/// Where a headset was asked to look; straight ahead when it was not.
export function direction_of({ look }: LiveDevice): Gaze {
    return { yaw_deg: look?.yaw_deg ?? 0, pitch_deg: look?.pitch_deg ?? 0 };
}
