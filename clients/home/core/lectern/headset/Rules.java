package lectern.headset;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** Small rules of the protocol that need no network; clients/vectors holds them against other languages. */
public final class Rules {
    private static final Set<String> AGAIN =
        new HashSet<String>(Arrays.asList("TooManyRequests", "Unavailable", "StorageFull", "Internal"));
    private static final int LOGIN_ENDED = 4001, REPLACED = 4009;

    /** What to do with the answer to a Range. */
    enum Then { APPEND, RESTART, LATER, FAILED }

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
        return pauseMs(failures, random.nextDouble());
    }

    /** `share` is the random number, from 0 to 1. */
    static double pauseMs(int failures, double share) {
        return Math.min(2000.0, 250.0 * (1 << Math.min(failures, 10))) * (0.5 + share);
    }

    /** Whether the box may take the same words later. An error that we don't know counts as final. */
    static boolean isForLater(String error) {
        return AGAIN.contains(error);
    }

    /** Whether a socket closed with this code says that the token is no longer valid. */
    static boolean endsPairing(int closeCode) {
        return closeCode == LOGIN_ENDED;
    }

    /** After a newer socket of this headset has taken its role: two that fight help nobody. */
    static double leastPauseMs(int closeCode) {
        return closeCode == REPLACED ? 30000 : 0;
    }

    /** The Range to ask for when `have` bytes of a file are there; null: all are. */
    static String nextRange(long size, long have, long pieceBytes) {
        return have >= size ? null : "bytes=" + have + "-" + (Math.min(size, have + pieceBytes) - 1);
    }

    /** What to do with the answer to a Range that begins at `have`. */
    static Then afterAnswer(int status, String contentRange, long have) {
        if (status == 206) {
            boolean isIt = contentRange != null && contentRange.startsWith("bytes " + have + "-");
            return isIt ? Then.APPEND : Then.LATER;
        }
        if (status == 200) return Then.RESTART;
        return status == 429 || status >= 500 ? Then.LATER : Then.FAILED;
    }
}
