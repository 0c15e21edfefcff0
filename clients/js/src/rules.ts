// Small rules of the protocol that need no network; clients/vectors holds them against those of other
// languages.
const again = new Set(['TooManyRequests', 'Unavailable', 'StorageFull', 'Internal']);
const login_ended = 4001;
const replaced = 4009;
const first_pause_ms = 250;
const longest_pause_ms = 2000;
const seek_beyond_ms = 80;
const most_rate = 0.03;

/** Whether the box may take the same message later. An error that we don't know counts as final. */
export const again_after = (error: string | null): boolean => error !== null && again.has(error);

/** What to do after the socket was closed with this code. */
export function after_close(code: number): { then: 'pair' | 'reconnect'; least_pause_ms: number } {
    if (code === login_ended) return { then: 'pair', least_pause_ms: 0 };
    // Two that fight for one role help nobody.
    return { then: 'reconnect', least_pause_ms: code === replaced ? 30_000 : 0 };
}

/** How long to wait after so many failures in a row. `share` is random, from 0 to 1, so that a class
    doesn't come back all at once. */
export const pause_ms = (failures: number, share: number): number =>
    Math.min(longest_pause_ms, first_pause_ms * 2 ** Math.min(failures, 10)) * (0.5 + share);

/** How fast to play a video that is so far behind the lesson; null: seek. */
export function rate_for(behind_ms: number): number | null {
    if (Math.abs(behind_ms) > seek_beyond_ms) return null;
    return 1 + Math.max(-most_rate, Math.min(most_rate, behind_ms / 1000));
}

/** The Range to ask for when `have` bytes of a file are there; null: all are. */
export const next_range = (size: number, have: number, piece_bytes: number): string | null =>
    have >= size ? null : `bytes=${have}-${Math.min(size, have + piece_bytes) - 1}`;

export type Then = 'append' | 'restart' | 'later' | 'failed';

/** What to do with the answer to a Range that begins at `have`. */
export function after_answer(status: number, content_range: string | null, have: number): Then {
    if (status === 206) return content_range?.startsWith(`bytes ${have}-`) ? 'append' : 'later';
    if (status === 200) return 'restart';
    return status === 429 || status >= 500 ? 'later' : 'failed';
}

export type Read = { box: string; code: string } | { card: string } | null;

/** What a camera has read: a box and the digits to pair with, or a login card to sign in with. */
export function read_qr(text: string): Read {
    const [, box, code] = /^(https?:\/\/[^\s?#]+)\/index\/\?code=([0-9]{6})$/.exec(text) ?? [];
    if (box && code) return { box, code };
    const [, card] = /^lectern-card:(\S+)$/.exec(text) ?? [];
    return card ? { card } : null;
}
