package lectern.headset;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** An order of the teacher. Times are server time. */
public final class Command {
    private static final Set<String> PLAYBACK =
        new HashSet<String>(Arrays.asList("play", "pause", "resume", "seek", "stop"));

    public final long sessionId;
    public final long number;
    public final String action;
    public final Map<String, Object> arguments;
    public final Map<String, Object> lesson; // or null
    public final double positionMs;
    public final double atMs;
    public final double expiresMs;
    public final Long runId; // or null

    /** A command is obeyed if it is newer than the last one of its kind, so a blink never swallows a play. */
    public final String kind;

    Command(Map<String, Object> json) throws JsonError {
        sessionId = Json.whole(json, "session_id");
        number = Json.whole(json, "number");
        action = Json.text(json, "action");
        Map<String, Object> given = Json.inner(json, "arguments");
        arguments = given == null ? Json.object() : given;
        lesson = Json.inner(json, "lesson");
        positionMs = Json.number(json, "position_ms");
        atMs = Json.number(json, "at_ms");
        expiresMs = Json.number(json, "expires_ms");
        runId = Json.wholeOrNull(json, "run_id");
        kind = PLAYBACK.contains(action) ? "playback" : action.equals("release") ? "eyes_on_me" : action;
    }

    public boolean isPlayback() {
        return kind.equals("playback");
    }
}
