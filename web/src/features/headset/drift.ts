// Keeps a player with the lesson by playing slightly faster or slower. People see and hear a seek, but not a
// rate that is 3 % off, so it jumps only when it is too far away.
export const jump_beyond_ms = 80;
const leave_within_ms = 4;
const most_rate = 0.03;
const settle_in_ms = 1000;

/// `off_ms`: by how much the player is ahead of the lesson.
export function correction(off_ms: number): { rate: number; jump: boolean } {
    if (Math.abs(off_ms) > jump_beyond_ms) return { rate: 1, jump: true };
    if (Math.abs(off_ms) <= leave_within_ms) return { rate: 1, jump: false };
    return { rate: 1 + Math.min(most_rate, Math.max(-most_rate, -off_ms / settle_in_ms)), jump: false };
}
