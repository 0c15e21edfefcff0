// A player keeps with the lesson by playing a little faster or slower: a seek is seen and heard, a rate of 3 % is not. Only who
// is too far off for that jumps.
export const jump_beyond_ms = 80;
const leave_within_ms = 4;
const most_rate = 0.03;
const settle_in_ms = 1000;

/// `off_ms`: how far the player is ahead of where the lesson is.
export function correction(off_ms: number): { rate: number; jump: boolean } {
    if (Math.abs(off_ms) > jump_beyond_ms) return { rate: 1, jump: true };
    if (Math.abs(off_ms) <= leave_within_ms) return { rate: 1, jump: false };
    return { rate: 1 + Math.min(most_rate, Math.max(-most_rate, -off_ms / settle_in_ms)), jump: false };
}
