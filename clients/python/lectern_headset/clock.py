"""Server time on a headset whose own clock is wrong."""
import time

KEPT, COUNTED, SLEPT_MS = 64, 6, 1000


def own_ms():
    """A clock that only goes forward."""
    return time.monotonic() * 1000


class ServerTime:
    """Server time is the own clock plus the mean offset of the 6 quickest of the last 64 round trips."""

    def __init__(self):
        self._trips = []
        self.offset_ms = self.round_trip_ms = None

    def guess(self, server_ms, now_ms):
        """From the welcome: roughly, until the first round trip."""
        if self.offset_ms is None:
            self.offset_ms = server_ms - now_ms

    def add(self, t0, t1, t2):
        if t2 < t0:
            return
        trip, offset = t2 - t0, t1 - (t0 + t2) / 2
        # The own clock may have stood still while the headset slept; then earlier trips say nothing.
        if self._trips and abs(offset - self.offset_ms) > SLEPT_MS + trip:
            self._trips = []
        self._trips = self._trips[1 - KEPT:] + [(trip, offset)]
        quickest = sorted(self._trips)[:COUNTED]
        self.round_trip_ms = sum(one for one, _ in quickest) / len(quickest)
        self.offset_ms = sum(one for _, one in quickest) / len(quickest)
