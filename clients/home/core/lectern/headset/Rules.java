package lectern.headset;

import java.util.Random;

/** Small rules of the protocol that are nobody else's. */
public final class Rules {
    private Rules() {}

    /**
     * The speed that catches up unnoticed, or null: seek. `behindMs`: where the lesson is minus where the
     * video is.
     */
    public static Double rateFor(double behindMs) {
        return Math.abs(behindMs) > 80 ? null : Double.valueOf(1 + Math.max(-0.03, Math.min(0.03,
            behindMs / 1000)));
    }

    /** How long to wait after this many failures in a row: a class must not come back all at once. */
    static double pauseMs(int failures, Random random) {
        return Math.min(2000.0, 250.0 * (1 << Math.min(failures, 10))) * (0.5 + random.nextDouble());
    }
}
