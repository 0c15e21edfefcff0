// Server time, as this page knows it: the browser's clock plus an offset learnt from the socket's answers. Positions and
// countdowns are counted with it, since a teacher's tablet may be minutes off.
let offset_ms = 0;
let best_round_trip_ms = Infinity;

export function server_now(): number {
    return Date.now() + offset_ms;
}

/// An answer that left the server at `server_ms` came back `round_trip_ms` after it was asked. The quickest is the truest.
export function learn_server_time(server_ms: number, round_trip_ms: number): void {
    best_round_trip_ms += 1; // an old one slowly stops counting, as clocks drift
    if (round_trip_ms > best_round_trip_ms) return;
    best_round_trip_ms = round_trip_ms;
    offset_ms = server_ms + round_trip_ms / 2 - Date.now();
}

let ticked = $state(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/// Server time that a drawing may depend on: it moves four times a second while something on the page watches it.
export function watched_now(): number {
    return ticked;
}

/// Inside a component's effect: keeps `watched_now` moving as long as the component lives.
export function watch_time(): () => void {
    if (watchers++ === 0) timer = setInterval(() => (ticked = server_now()), 250);
    ticked = server_now();
    return () => {
        if (--watchers === 0) clearInterval(timer);
    };
}
