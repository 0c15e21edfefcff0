package lectern.headset;

import java.util.Map;

/** Where the lesson is. */
public final class Playing {
    public final long sessionId;
    public final String state; // "running", "paused" or "stopped"
    public final double positionMs;
    public final double atMs;
    public final Map<String, Object> lesson; // title, kind, content, duration_ms; or null
    public final Long runId; // or null
    public final Map<String, Object> controls;

    Playing(long sessionId, String state, double positionMs, double atMs, Map<String, Object> lesson,
        Long runId,
        Map<String, Object> controls) {
        this.sessionId = sessionId;
        this.state = state;
        this.positionMs = positionMs;
        this.atMs = atMs;
        this.lesson = lesson;
        this.runId = runId;
        this.controls = controls;
    }

    public boolean isRunning() {
        return state.equals("running");
    }

    /**
     * Where it is at that server time. A video stays at its end; other kinds go on beyond their planned time.
     */
    public double positionMs(double serverMs) {
        double position = positionMs + (isRunning() ? Math.max(0, serverMs - atMs) : 0);
        if (lesson == null || !Json.text(lesson, "kind", "video").equals("video")) return position;
        return Math.min(position, Json.number(lesson, "duration_ms", position));
    }

    /** Whether a video has come to its end: it stays there, and nothing of the student is recorded. */
    public boolean isFinished(double serverMs) {
        if (lesson == null || !Json.text(lesson, "kind", "").equals("video")) return false;
        return positionMs(serverMs) >= Json.number(lesson, "duration_ms", Double.MAX_VALUE);
    }
}
