package lectern.headset;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The app's part. Its methods are called on the headset's thread and must return within milliseconds, or are
 * run by the Executor that the app gave.
 */
public interface HeadsetApp {
    /** A command has come and will take effect at `actAtMs` of the own clock: load the video, be ready. */
    default void prepare(Command command, double actAtMs) {}

    /**
     * Act now. Returning means done; throwing means not done, and says why. If it takes longer, call {@link
     * Order#running}, and later {@link Order#done} or {@link Order#failed}. {@link Headset#playing} already
     * has the lesson's new state.
     */
    void obey(Order order) throws CannotObey;

    /** Go there at once: after a connection, or in another lesson. Null: in no lesson. */
    void goTo(Playing playing);

    /**
     * Eyes on the teacher: dim, mute and show this until called with null, which happens even without a
     * network.
     */
    void hold(String message);

    /** The fields to send each second: battery, charging, storage_free, app, app_version, skew_ms, gaze. */
    default Map<String, Object> report() {
        return Json.object();
    }

    default void connected(boolean isConnected, String why) {}

    /** What the teacher's page calls this headset; on each connection. */
    default void named(String name) {}

    /** Null: nobody has signed in. */
    default void person(String nickname) {}

    default void hand(boolean isRaised, String question, boolean isUnwell) {}

    /** How often (0: never), how large and how good pictures may be. */
    default void pictures(int intervalMs, int width, int quality, int maxBytes) {}

    /** What the teacher wants on this headset: hand it to a {@link Content}. */
    default void contentWanted(int pieceBytes, List<Map<String, Object>> items) {}

    /** The token is no longer valid: forget it, show the pairing screen. The headset has stopped. */
    default void unpaired() {}

    /**
     * The orders and pushes that the app obeys, by their names in the protocol; empty: nothing is said of it.
     */
    default List<String> capabilities() {
        return Collections.emptyList();
    }

    /** Pushes that this library does not know, of newer boxes. */
    default void heard(String type, Map<String, Object> data) {}

    default void log(String text) {}
}
