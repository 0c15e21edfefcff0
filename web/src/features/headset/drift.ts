// Keeps a player with the lesson by playing slightly faster or slower. People see and hear a seek, but not a
// rate that is 3 % off, so it jumps only when it is too far away.
import { rate_for } from 'lectern-headset';

export const jump_beyond_ms = 80;
const leave_within_ms = 4;

/// `off_ms`: by how much the player is ahead of the lesson.
export function correction(off_ms: number): { rate: number; jump: boolean } {
    const rate = rate_for(-off_ms);
    if (rate === null) return { rate: 1, jump: true };
    return { rate: Math.abs(off_ms) <= leave_within_ms ? 1 : rate, jump: false };
}
