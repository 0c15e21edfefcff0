// Server time as this page knows it: the browser's clock plus an offset that is learnt from the socket's
// answers. Positions and countdowns use it, because a teacher's tablet may be minutes off.
let offset_ms = 0;
let best_round_trip_ms = Infinity;

export function server_now(): number {
    return Date.now() + offset_ms;
}

/// Call this for an answer that the server sent at `server_ms` and that arrived `round_trip_ms` after the
/// question. The quickest answer is the most exact.
export function learn_server_time(server_ms: number, round_trip_ms: number): void {
    best_round_trip_ms += 1; // forget old answers slowly, because clocks drift
    if (round_trip_ms > best_round_trip_ms) return;
    best_round_trip_ms = round_trip_ms;
    offset_ms = server_ms + round_trip_ms / 2 - Date.now();
}

let ticked = $state(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/// Server time for drawings that depend on it. It changes four times a second while something watches it.
export function watched_now(): number {
    return ticked;
}

/// Call this in a component's effect; it keeps `watched_now` moving as long as the component lives.
export function watch_time(): () => void {
    if (watchers++ === 0) timer = setInterval(() => (ticked = server_now()), 250);
    ticked = server_now();
    return () => {
        if (--watchers === 0) clearInterval(timer);
    };
}
