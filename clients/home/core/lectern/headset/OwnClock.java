package lectern.headset;

/**
 * A clock of milliseconds that only goes forward, and goes on while the headset sleeps (elapsedRealtimeNanos
 * does).
 */
public interface OwnClock {
    double nowMs();

    /** That of the Java machine. On Android it stands still while the headset sleeps. */
    OwnClock OF_JAVA = new OwnClock() {
        @Override public double nowMs() {
            return System.nanoTime() / 1e6;
        }
    };
}
