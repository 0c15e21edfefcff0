package lectern.headset;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Server time is the headset's clock plus the mean offset of the 6 quickest of the last 64 round trips. */
public final class ServerTime {
    private static final int KEPT = 64;
    private static final int COUNTED = 6;
    private static final double SLEPT_MS = 1000;
    private static final Comparator<double[]> BY_LENGTH = new Comparator<double[]>() {
        @Override public int compare(double[] left, double[] right) {
            return Double.compare(left[0], right[0]);
        }
    };

    private final ArrayDeque<double[]> trips = new ArrayDeque<double[]>(); // how long, and the offset
    private volatile double offsetMs = 0;
    private volatile double roundTripMs = Double.NaN;
    private volatile boolean isKnown = false;

    public double offsetMs() {
        return offsetMs;
    }

    /** Null before the first round trip. */
    public Double roundTripMs() {
        double trip = roundTripMs;
        return Double.isNaN(trip) ? null : Double.valueOf(trip);
    }

    /** Whether the box has ever said what time it is. */
    public boolean isKnown() {
        return isKnown;
    }

    /**
     * Where the own clock stands still during a sleep, earlier measurements are wrong and the welcome is
     * closer.
     */
    void welcome(double serverMs, double ownMs) {
        if (isKnown && Math.abs(serverMs - ownMs - offsetMs) < 1000) return;
        trips.clear();
        roundTripMs = Double.NaN;
        offsetMs = serverMs - ownMs;
        isKnown = true;
    }

    void add(double t0, double t1, double t2) {
        if (t2 < t0) return;
        double tripMs = t2 - t0, offsetOfTripMs = t1 - (t0 + t2) / 2;
        // The own clock may have stood still while the headset slept; then earlier trips say nothing.
        if (isKnown && Math.abs(offsetOfTripMs - offsetMs) > SLEPT_MS + tripMs) trips.clear();
        isKnown = true;
        trips.add(new double[] {tripMs, offsetOfTripMs});
        if (trips.size() > KEPT) trips.remove();
        List<double[]> quickest = new ArrayList<double[]>(trips);
        Collections.sort(quickest, BY_LENGTH);
        int counted = Math.min(COUNTED, quickest.size());
        double trip = 0, offset = 0;
        for (double[] one : quickest.subList(0, counted)) {
            trip += one[0] / counted;
            offset += one[1] / counted;
        }
        roundTripMs = trip;
        offsetMs = offset;
    }
}
