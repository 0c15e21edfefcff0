// The headset's half of clock synchronisation. The offset is the mean over the 6 quickest of the last 64
// round trips: the slow ones waited in some queue, and queues delay one direction more than the other.
const kept = 64;
const used = 6;

export class ClockSync {
    private trips: { round_trip_ms: number; offset_ms: number }[] = [];
    offset_ms: number | null = null;
    round_trip_ms: number | null = null;

    /// t0: own clock when sending; t1: server time in the answer; t2: own clock when receiving.
    add(t0: number, t1: number, t2: number): void {
        if (t2 < t0) return;
        this.trips.push({ round_trip_ms: t2 - t0, offset_ms: t1 - (t0 + t2) / 2 });
        if (this.trips.length > kept) this.trips.shift();
        const quickest = [...this.trips].sort((a, b) => a.round_trip_ms - b.round_trip_ms).slice(0, used);
        const mean = (of: (trip: { round_trip_ms: number; offset_ms: number }) => number) =>
            quickest.reduce((sum, trip) => sum + of(trip), 0) / quickest.length;
        this.offset_ms = mean((trip) => trip.offset_ms);
        this.round_trip_ms = mean((trip) => trip.round_trip_ms);
    }
}
