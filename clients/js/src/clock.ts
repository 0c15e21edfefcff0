// The headset's half of clock synchronisation. The offset is the mean over the 6 quickest of the last 64
// round trips: the slow ones waited in some queue, and queues delay one direction more than the other.
const kept = 64;
const used = 6;
const slept_ms = 1000;

/** A clock that only goes forward, and never jumps while the program runs. */
export const own_ms = (): number => performance.timeOrigin + performance.now();

export class ServerTime {
    private trips: { round_trip_ms: number; offset_ms: number }[] = [];
    offset_ms: number | null = null;
    round_trip_ms: number | null = null;

    /** From the welcome: roughly, until the first round trip. */
    guess(server_ms: number, now_ms: number): void {
        this.offset_ms ??= server_ms - now_ms;
    }

    /** t0: own clock when sending; t1: server time in the answer; t2: own clock when receiving. */
    add(t0: number, t1: number, t2: number): void {
        if (t2 < t0) return;
        const trip = { round_trip_ms: t2 - t0, offset_ms: t1 - (t0 + t2) / 2 };
        // The own clock may have stood still while the headset slept; then earlier trips say nothing.
        const off_ms = this.offset_ms === null ? 0 : Math.abs(trip.offset_ms - this.offset_ms);
        if (off_ms > slept_ms + trip.round_trip_ms) this.trips = [];
        this.trips.push(trip);
        if (this.trips.length > kept) this.trips.shift();
        const quickest = [...this.trips].sort((a, b) => a.round_trip_ms - b.round_trip_ms).slice(0, used);
        const mean = (of: (one: typeof trip) => number) =>
            quickest.reduce((sum, one) => sum + of(one), 0) / quickest.length;
        this.offset_ms = mean((one) => one.offset_ms);
        this.round_trip_ms = mean((one) => one.round_trip_ms);
    }
}
