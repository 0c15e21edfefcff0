package lectern.headset;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The vectors that the clients of all languages share. Run by test.py with clients/vectors and an empty folder;
 * prints the rows that fail, and then exits with 1. A file that nothing here runs is a fault.
 */
final class VectorsTest {
    private static int faults = 0;
    private static int folders = 0;
    private static File folder;

    private interface Runner {
        void run(String what, Map<String, Object> one, Map<String, Object> defaults) throws IOException;
    }

    private static void expect(String what, Object found, Object wanted) {
        if (isSame(found, wanted)) return;
        ++faults;
        System.out.println(what + ": found " + found + ", wanted " + wanted);
    }

    private static boolean isSame(Object found, Object wanted) {
        if (found instanceof Number && wanted instanceof Number)
            return Math.abs(((Number) found).doubleValue() - ((Number) wanted).doubleValue()) < 0.001;
        if (!(found instanceof List) || !(wanted instanceof List)) return Objects.equals(found, wanted);
        List<?> left = (List<?>) found, right = (List<?>) wanted;
        boolean isSame = left.size() == right.size();
        for (int i = 0; isSame && i < left.size(); ++i) isSame = isSame(left.get(i), right.get(i));
        return isSame;
    }

    private static List<?> list(Map<String, Object> one, String name) {
        return (List<?>) one.get(name);
    }

    private static double number(List<?> list, int at) {
        return ((Number) list.get(at)).doubleValue();
    }

    private static int whole(Map<String, Object> one, String name) throws JsonError {
        return (int) Json.whole(one, name);
    }

    private static void clock(String what, Map<String, Object> one, Map<String, Object> defaults)
        throws IOException {
        ServerTime time = new ServerTime();
        Map<String, Object> welcome = Json.inner(one, "welcome");
        if (welcome != null) time.welcome(Json.number(welcome, "server_ms"), Json.number(welcome, "own_ms"));
        for (Object each : list(one, "trips")) {
            List<?> trip = (List<?>) each;
            int first = trip.size() - 3;
            for (int left = first == 0 ? 1 : (int) number(trip, 0); left > 0; --left)
                time.add(number(trip, first), number(trip, first + 1), number(trip, first + 2));
        }
        expect(what + ": offset", time.isKnown() ? time.offsetMs() : null, one.get("offset_ms"));
        expect(what + ": round trip", time.roundTripMs(), one.get("round_trip_ms"));
    }

    private static Map<String, Object> with(Map<String, Object> defaults, String name, Object own) {
        if (own == null) return null;
        Map<String, Object> all = new LinkedHashMap<>(Json.inner(defaults, name));
        all.putAll(Json.asObject(own));
        return all;
    }

    private static void lesson(String what, Map<String, Object> one, Map<String, Object> defaults)
        throws IOException {
        Lesson lesson = new Lesson();
        for (Map<String, Object> step : Json.objects(one, "steps")) {
            String at = what + ", " + Json.write(step);
            if (step.containsKey("command")) {
                boolean isNew = lesson.takeCommand(new Command(with(defaults, "command", step.get("command"))));
                if (step.containsKey("is_new")) expect(at, isNew, step.get("is_new"));
            } else if (step.containsKey("obey_ms")) {
                List<Object> done = new ArrayList<>(), failed = new ArrayList<>();
                for (Lesson.Due due : lesson.obey(Json.number(step, "obey_ms")))
                    (due.isNew && due.isExpired ? failed : done).add(due.command.number);
                expect(at, done, step.get("done"));
                expect(at, failed, step.containsKey("failed") ? step.get("failed") : new ArrayList<>());
            } else if (step.containsKey("at_ms")) {
                holds(at, lesson, step);
            } else {
                expect(at, lesson.takeState(with(defaults, "state", step.get("state"))), step.get("answer"));
            }
        }
    }

    private static void holds(String what, Lesson lesson, Map<String, Object> step) throws JsonError {
        double atMs = Json.number(step, "at_ms");
        Playing playing = lesson.playing();
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("session_id", playing == null ? null : playing.sessionId);
        found.put("is_held", lesson.held() != null);
        Map<String, Object> launch = playing == null ? null : Json.inner(playing.controls, "launch");
        found.put("launched", launch == null ? null : launch.get("content"));
        if (playing != null) {
            found.put("state", playing.state);
            found.put("run_id", playing.runId);
            found.put("position_ms", playing.positionMs(atMs));
            found.put("is_finished", playing.isFinished(atMs));
        }
        for (String name : step.keySet())
            if (!name.equals("at_ms")) expect(what + ": " + name, found.get(name), step.get(name));
    }

    private static void reconnecting(String what, Map<String, Object> one, Map<String, Object> defaults)
        throws IOException {
        expect(what, Rules.pauseMs(whole(one, "failures"), Json.number(one, "share")), one.get("pause_ms"));
    }

    private static void drift(String what, Map<String, Object> one, Map<String, Object> defaults)
        throws IOException {
        expect(what, Rules.rateFor(Json.number(one, "behind_ms")), one.get("rate"));
    }

    private static void refusals(String what, Map<String, Object> one, Map<String, Object> defaults) {
        expect(what, new Answer((String) one.get("error"), Json.object()).isForLater(), one.get("again"));
    }

    private static void closeCodes(String what, Map<String, Object> one, Map<String, Object> defaults)
        throws IOException {
        int code = whole(one, "code");
        expect(what, Rules.endsPairing(code) ? "pair" : "reconnect", one.get("then"));
        expect(what, Rules.leastPauseMs(code), one.get("least_pause_ms"));
    }

    private static EventStore store(String bootId) throws IOException {
        return new EventStore(new File(folder, String.valueOf(++folders)), 5000, 200, bootId);
    }

    private static List<EventStore.Batch> batchesOf(EventStore store, double offsetMs) throws IOException {
        List<EventStore.Batch> found = new ArrayList<>();
        for (EventStore.Batch batch = store.next(offsetMs); batch != null; batch = store.next(offsetMs)) {
            found.add(batch);
            store.finished(batch.id);
        }
        store.close();
        return found;
    }

    private static void batches(String what, Map<String, Object> one, Map<String, Object> defaults)
        throws IOException {
        EventStore store = store(Json.text(one, "boot_id"));
        for (Object each : list(one, "events")) {
            List<?> event = (List<?>) each;
            store.add((Long) event.get(1), number(event, 0), 0, false, Json.object("kind", "gaze"));
        }
        List<EventStore.Batch> found = batchesOf(store, Json.number(one, "offset_ms"));
        List<Map<String, Object>> wanted = Json.objects(one, "batches");
        expect(what, found.size(), wanted.size());
        for (int i = 0; i < Math.min(found.size(), wanted.size()); ++i) {
            List<Object> times = new ArrayList<>();
            for (Map<String, Object> event : Json.objects(found.get(i).data, "events"))
                times.add(event.get("at_ms"));
            expect(what, times, wanted.get(i).get("at_ms"));
            for (String name : new String[] {"boot_id", "number", "run_id"})
                expect(what + ": " + name, found.get(i).data.get(name), wanted.get(i).get(name));
        }
    }

    private static void stored(String what, Map<String, Object> one, Map<String, Object> defaults)
        throws IOException {
        File there = new File(folder, String.valueOf(++folders));
        there.mkdirs();
        int place = 0;
        for (Object each : list(one, "kept")) {
            List<?> batch = (List<?>) each;
            Files.replace(new File(there, ++place + ".batch"), Json.write(Json.object("boot_id", batch.get(0),
                "number", batch.get(1), "events", Arrays.asList(Json.object("kind", "gaze")))));
        }
        EventStore store = new EventStore(there, 5000, 200, "new");
        store.stored(Json.objects(one, "stored"));
        List<Object> left = new ArrayList<>();
        for (EventStore.Batch batch : batchesOf(store, 0))
            left.add(Arrays.asList(batch.data.get("boot_id"), batch.data.get("number")));
        expect(what, left, one.get("left"));
    }

    private static void ranges(String what, Map<String, Object> one, Map<String, Object> defaults)
        throws IOException {
        expect(what, Rules.nextRange(Json.whole(one, "size"), Json.whole(one, "have"),
            Json.whole(one, "piece_bytes")), one.get("ask"));
    }

    private static void answers(String what, Map<String, Object> one) throws IOException {
        Rules.Then then = Rules.afterAnswer(whole(one, "status"), (String) one.get("content_range"),
            Json.whole(one, "have"));
        expect(what, then.name().toLowerCase(java.util.Locale.ROOT), one.get("then"));
    }

    private static void qr(String what, Map<String, Object> one, Map<String, Object> defaults)
        throws IOException {
        Qr read = Qr.read(Json.text(one, "text"));
        expect(what, Arrays.asList(read == null ? null : read.box, read == null ? null : read.code,
            read == null ? null : read.card), Arrays.asList(one.get("box"), one.get("code"), one.get("card")));
    }

    private static Runner runnerOf(String name) {
        switch (name) {
            case "clock.json": return VectorsTest::clock;
            case "transport.json": case "controls.json": case "resume.json": return VectorsTest::lesson;
            case "reconnecting.json": return VectorsTest::reconnecting;
            case "drift.json": return VectorsTest::drift;
            case "refusals.json": return VectorsTest::refusals;
            case "close_codes.json": return VectorsTest::closeCodes;
            case "batches.json": return VectorsTest::batches;
            case "stored.json": return VectorsTest::stored;
            case "ranges.json": return VectorsTest::ranges;
            case "qr.json": return VectorsTest::qr;
            default: return null;
        }
    }

    public static void main(String[] words) throws Exception {
        folder = new File(words[1]);
        int held = 0;
        for (File file : new File(words[0]).listFiles()) {
            Runner runner = runnerOf(file.getName());
            Map<String, Object> vector = Json.readObject(Files.read(file));
            List<Map<String, Object>> cases = Json.objects(vector, "cases");
            expect(file.getName() + " is run", runner != null && !cases.isEmpty(), true);
            if (runner == null) continue;
            for (Map<String, Object> one : cases) {
                String what = Json.text(one, "name", Json.write(one));
                runner.run(file.getName() + ": " + what, one, Json.inner(vector, "defaults"));
            }
            for (Map<String, Object> one : Json.objects(vector, "answers")) answers(Json.write(one), one);
            ++held;
        }
        if (faults > 0) System.exit(1);
        System.out.println(held + " vectors hold");
    }
}
