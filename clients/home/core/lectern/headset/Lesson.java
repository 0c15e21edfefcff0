package lectern.headset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The lesson that plays, and the commands that wait for their time. Knows no sockets; all times are server
 * time.
 */
final class Lesson {
    static final class Due {
        final Command command;
        final boolean isNew;
        final boolean isExpired;

        Due(Command command, boolean isNew, boolean isExpired) {
            this.command = command;
            this.isNew = isNew;
            this.isExpired = isExpired;
        }
    }

    private static final int MOST_WAITING = 200;
    private static final Comparator<Command> BY_MOMENT = new Comparator<Command>() {
        @Override public int compare(Command left, Command right) {
            int order = Double.compare(left.atMs, right.atMs);
            return order != 0 ? order : Long.compare(left.number, right.number);
        }
    };

    private volatile Playing playing;
    private String held;
    private double heldUntilMs = 0;
    private Long sessionId;
    private final Map<String, Long> newest = new HashMap<String, Long>(); // obeyed, by kind
    private final List<Command> waiting = new ArrayList<Command>();

    Playing playing() {
        return playing;
    }

    /** What the teacher says while all eyes are on the teacher, or null. */
    String held() {
        return held;
    }

    /** When the next thing is to be done, or null. */
    Double nextMs() {
        Double next = waiting.isEmpty() ? null : Double.valueOf(waiting.get(0).atMs);
        if (held == null) return next;
        return next == null ? heldUntilMs : Math.min(heldUntilMs, next);
    }

    private void enter(Long session) {
        if (session == null ? sessionId == null : session.equals(sessionId)) return;
        sessionId = session;
        playing = null;
        held = null;
        newest.clear();
        waiting.clear();
    }

    private long newestOf(String kind) {
        Long number = newest.get(kind);
        return number == null ? 0 : number;
    }

    /**
     * Goes where the box says the lesson is. Returns the number to answer `done`, or null if it has been
     * obeyed.
     */
    Long takeState(Map<String, Object> state) throws JsonError {
        enter(state == null ? null : Long.valueOf(Json.whole(state, "session_id")));
        if (state == null) return null;
        Map<String, Object> controls = Json.inner(state, "controls");
        if (controls == null) controls = Json.object();
        hold(Json.inner(controls, "eyes_on_me"));
        long number = Json.whole(state, "number");
        for (Command command : waiting)
            if (command.isPlayback() && command.number >= number)
                return null; // it will make this state at its time
        for (Iterator<Command> each = waiting.iterator(); each.hasNext();)
            if (each.next().isPlayback()) each.remove();
        playing = new Playing(Json.whole(state, "session_id"), Json.text(state, "state"),
            Json.number(state, "position_ms"),
            Json.number(state, "at_ms"), Json.inner(state, "lesson"), Json.wholeOrNull(state, "run_id"),
                controls);
        long before = newestOf("playback");
        newest.put("playback", Math.max(number, before));
        return number > before ? Long.valueOf(number) : null;
    }

    /** False if it was obeyed before. */
    boolean takeCommand(Command command) {
        enter(command.sessionId);
        if (command.number <= newestOf(command.kind)) return false;
        for (Iterator<Command> each = waiting.iterator(); each.hasNext();)
            if (each.next().number == command.number) each.remove();
        waiting.add(command);
        if (waiting.size() > MOST_WAITING) waiting.remove(0);
        Collections.sort(waiting, BY_MOMENT);
        return true;
    }

    /** The commands that are due. */
    List<Due> obey(double nowMs) {
        List<Due> done = new ArrayList<Due>();
        while (!waiting.isEmpty() && waiting.get(0).atMs <= nowMs) {
            Command command = waiting.remove(0);
            boolean isNew = command.number > newestOf(command.kind);
            boolean isExpired = nowMs > command.expiresMs;
            if (isNew) {
                newest.put(command.kind, command.number);
                apply(command, isExpired);
            }
            done.add(new Due(command, isNew, isExpired));
        }
        if (held != null && nowMs >= heldUntilMs) held = null;
        return done;
    }

    private void apply(Command command, boolean isExpired) {
        if (command.kind.equals("eyes_on_me") && !isExpired)
            hold(command.action.equals("release") ? null : command.arguments);
        if (!command.isPlayback()) {
            if (!isExpired && playing != null) playing = controlled(playing, command);
            return;
        }
        Playing before = playing;
        Map<String, Object> lesson = command.lesson != null || before == null ? command.lesson
            : before.lesson;
        Long runId = command.runId != null || before == null ? command.runId : before.runId;
        playing = new Playing(command.sessionId, stateAfter(command.action, before), command.positionMs,
            command.atMs,
            lesson, runId, before == null ? Json.object() : controlsAfter(command.action, before));
    }

    /** A play ends what was launched in place of the lesson; a stop ends everything. */
    private static Map<String, Object> controlsAfter(String action, Playing before) {
        Map<String, Object> controls = new HashMap<String, Object>(before.controls);
        if (action.equals("play")) controls.remove("launch");
        if (action.equals("stop")) controls.clear();
        return controls;
    }

    /** What is in force from now on, as the next state will say it. */
    private static Playing controlled(Playing before, Command command) {
        Map<String, Object> controls = new HashMap<String, Object>(before.controls);
        if (command.action.equals("launch")) controls.put("launch", command.arguments);
        else if (command.action.equals("volume") || command.action.equals("brightness"))
            controls.put(command.action, command.arguments.get("percent"));
        return new Playing(before.sessionId, before.state, before.positionMs, before.atMs, before.lesson,
            before.runId,
            controls);
    }

    private static String stateAfter(String action, Playing before) {
        switch (action) {
            case "play": case "resume": return "running";
            case "pause": return "paused";
            case "stop": return "stopped";
            default: return before == null ? "paused" : before.state;
        }
    }

    private void hold(Map<String, Object> eyes) {
        held = eyes == null ? null : Json.text(eyes, "message", "");
        heldUntilMs = eyes == null ? 0 : Json.number(eyes, "until_ms", 0); // without an end it ends at once
    }
}
