package lectern.headset;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The client's rules as tables. Run by test.py with an empty folder; prints the rows that fail, and then
 * exits with 1.
 */
final class RulesTest {
    private static int faults = 0;
    private static File folder;

    private static void expect(String what, Object found, Object wanted) {
        if (found == null ? wanted == null : found.equals(wanted)) return;
        ++faults;
        System.out.println(what + ": found " + found + ", wanted " + wanted);
    }

    private static Object outcome(Callable<Object> task) {
        try {
            return task.call();
        } catch (JsonError | IllegalArgumentException error) {
            return "refused";
        } catch (Exception error) {
            return error;
        }
    }

    private static void json() {
        for (String text : new String[] {"null", "true", "-12", "0", "0.5", "\"\"", "[]", "{}",
            "[1,[2,{\"a\":null}],\"b\"]", "{\"\u00e4\":\"\u20ac \uD83D\uDC1F\"}", "9007199254740993",
            "\"\\u0000\\u001f\\\\\\\"\"", "\"\\ud83d\"", "\"a\\udc1f\""})
            expect("read and written: " + text, outcome(() -> Json.write(Json.read(text))), text);
        Object[][] read = {{" [ 1 , 2 ] ", Arrays.asList(1L, 2L)}, {"1e3", 1000.0}, {"-0.25E-2", -0.0025},
            {"1788249600000.0", 1788249600000.0}, {"\"\\n\\t\\/\\u20AC\\b\\f\\r\"", "\n\t/\u20ac\b\f\r"},
            {"{\"a\":1,\"a\":2}", Collections.singletonMap("a", 2L)}, {"99999999999999999999", 1e20}};
        for (Object[] row : read)
            expect("read: " + row[0], outcome(() -> Json.read((String) row[0])), row[1]);
        for (String text : new String[] {"", " ", "{", "[1", "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "tru",
            "nulll", "01",
            "1.", ".5", "+1", "1e", "-", "\"", "\"\\x\"", "\"\\u12\"", "\"\\u+123\"", "\"\n\"", "1 2", "[1]]",
                "NaN", "1\uffff",
            String.join("", Collections.nCopies(100_000, "["))})
            expect("faulty: " + text.substring(0, Math.min(20, text.length())),
                outcome(() -> Json.read(text)), "refused");
        for (Object value : new Object[] {Double.NaN, Double.NEGATIVE_INFINITY, new Object()})
            expect("unwritable: " + value, outcome(() -> Json.write(value)), "refused");
        expect("numbers written", outcome(() -> Json.write(Arrays.asList(1, 2L, 0.5f, 1e20))),
            "[1,2,0.5,1.0E20]");
        expect("no object", outcome(() -> Json.readObject("[]")), "refused");
        expect("wrong kind", outcome(() -> Json.number(Json.readObject("{\"a\":\"1\"}"), "a")), "refused");
    }

    private static void lineRules() {
        String[][] encoded = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}};
        for (String[] row : encoded)
            expect("base64 of " + row[0], Hash.base64(row[0].getBytes(Box.UTF_8)), row[1]);
        expect("base64 of high bytes", Hash.base64(new byte[] {-1, -2, -3}), "//79");
        for (String address : new String[] {"", "192.0.2.5:8080", "ftp://192.0.2.5", "http://", "http:// x"})
            expect("no box: " + address, outcome(() -> new Box(address)), "refused");
        expect("a box", new Box("http://192.0.2.5:8080/").address(), "http://192.0.2.5:8080");
        expect("no key", outcome(() -> Trust.pinned("12:34")), "refused");
    }

    private static void clock() {
        ServerTime time = new ServerTime();
        time.welcome(5000, 0);
        expect("roughly, from the welcome", Arrays.asList(time.offsetMs(), time.roundTripMs()),
            Arrays.asList(5000.0, null));
        for (int i = 0; i < 6; ++i) time.add(0, 1005, 10);
        time.add(0, 1300, 400);
        time.add(10, 0, 5);
        expect("slow and impossible trips do not count",
            Arrays.asList(Math.rint(time.offsetMs()), Math.rint(time.roundTripMs())),
            Arrays.asList(1000.0, 10.0));
        time.welcome(1900, 0);
        expect("a welcome does not undo what was measured", Math.rint(time.offsetMs()), 1000.0);
        for (int i = 0; i < 64; ++i) time.add(0, 2005, 10);
        expect("old trips are forgotten", Math.rint(time.offsetMs()), 2000.0);
        time.welcome(60_000, 0);
        expect("after a sleep it does", Arrays.asList(time.offsetMs(), time.roundTripMs()),
            Arrays.asList(60_000.0, null));
    }

    private static void pauses() {
        int[][] rows = {{0, 250}, {1, 500}, {2, 1000}, {3, 2000}, {500, 2000}};
        for (int[] row : rows) {
            HashSet<Double> pauses = new HashSet<>();
            for (int seed = 0; seed < 200; ++seed)
                pauses.add(Rules.pauseMs(row[0], new Random(seed * 7919L)));
            expect("pause after " + row[0],
                Collections.min(pauses) >= row[1] * 0.5 && Collections.max(pauses) <= row[1] * 1.5, true);
            expect("pauses after " + row[0] + " differ", pauses.size() > 100, true);
        }
        Double[][] rates = {{0.0, 1.0}, {10.0, 1.01}, {-10.0, 0.99}, {79.0, 1.03}, {-79.0, 0.97},
            {81.0, null}, {-81.0, null}};
        for (Double[] row : rates) expect("rate when " + row[0] + " behind", Rules.rateFor(row[0]), row[1]);
    }

    private static Command command(int number, String action, double atMs, double positionMs,
        double expiresMs,
        Map<String, Object> arguments) throws JsonError {
        return new Command(Json.object("session_id", 1, "number", number, "action", action, "arguments",
            arguments,
            "position_ms", positionMs, "lesson", Json.object("kind", "video", "duration_ms", 60_000), "at_ms",
                atMs,
            "expires_ms", expiresMs));
    }

    private static Command command(int number, String action, double atMs) throws JsonError {
        return command(number, action, atMs, 0, atMs + 60_000, Json.object());
    }

    private static Map<String, Object> state(int number, double positionMs, double atMs, Map<String,
        Object> eyes) {
        return Json.object("session_id", 1, "number", number, "state", "running", "run_id", 7, "lesson",
            Json.object("kind", "video", "duration_ms", 60_000), "position_ms", positionMs, "at_ms", atMs,
                "controls",
            Json.object("eyes_on_me", eyes));
    }

    private static List<Integer> numbers(Lesson lesson, double nowMs) {
        List<Integer> numbers = new ArrayList<>();
        for (Lesson.Due due : lesson.obey(nowMs)) numbers.add((int) due.command.number);
        return numbers;
    }

    private static void obeying() throws JsonError {
        Lesson lesson = new Lesson();
        expect("a play", lesson.takeCommand(command(1, "play", 1000)), true);
        expect("waits", Arrays.asList(lesson.nextMs(), numbers(lesson, 999)),
            Arrays.asList(1000.0, Arrays.asList()));
        expect("for its moment", numbers(lesson, 1002), Arrays.asList(1));
        expect("and plays from there", lesson.playing().positionMs(3000), 2000.0);
        expect("once", lesson.takeCommand(command(1, "play", 1000)), false);
        lesson.takeCommand(command(2, "pause", 5000, 4000, 65_000, Json.object()));
        expect("pause", Arrays.asList(numbers(lesson, 5000), lesson.playing().positionMs(9000)),
            Arrays.asList(Arrays.asList(2), 4000.0));

        lesson = new Lesson();
        lesson.takeState(state(3, 0, 0, null));
        lesson.takeCommand(command(9, "identify", 100));
        lesson.obey(100);
        expect("a blink swallows no pause", lesson.takeCommand(command(5, "pause", 200)), true);
        lesson.takeCommand(command(4, "seek", 300));
        expect("in the order of their moments", numbers(lesson, 400), Arrays.asList(5, 4));
        expect("the newest wins", lesson.playing().state, "paused");

        lesson = new Lesson();
        lesson.takeCommand(command(2, "pause", 100));
        expect("a newer state", lesson.takeState(state(3, 0, 0, null)), 3L);
        expect("swallows what waits", numbers(lesson, 200), Arrays.asList());
        lesson.takeCommand(command(4, "pause", 300));
        expect("an older one does not", Arrays.asList(lesson.takeState(state(4, 0, 0, null)), numbers(lesson,
            400)),
            Arrays.asList(null, Arrays.asList(4)));

        lesson = new Lesson();
        expect("late: there at once", lesson.takeState(state(4, 1000, 500, null)), 4L);
        expect("known", lesson.takeState(state(4, 1000, 500, null)), null);
        expect("where the lesson is", Arrays.asList(lesson.playing().positionMs(2500),
            lesson.playing().positionMs(200_000)),
            Arrays.asList(3000.0, 60_000.0));
        expect("finished", Arrays.asList(lesson.playing().isFinished(59_499),
            lesson.playing().isFinished(59_500)),
            Arrays.asList(false, true));
        lesson.takeCommand(command(5, "seek", 10, 9, 20, Json.object()));
        expect("too late", Arrays.asList(lesson.obey(30).get(0).isExpired, lesson.playing().positionMs(11)),
            Arrays.asList(true, 10.0));
        lesson.takeCommand(command(6, "launch", 40, 0, 60_000,
            Json.object("kind", "app", "content", "reef")));
        lesson.takeCommand(command(7, "volume", 41, 0, 60_000, Json.object("percent", 30)));
        lesson.obey(50);
        expect("launched in its place", Arrays.asList(Json.inner(lesson.playing().controls,
            "launch").get("content"),
            lesson.playing().controls.get("volume")), Arrays.asList("reef", 30));
        lesson.takeCommand(command(8, "play", 60));
        lesson.obey(60);
        expect("until the next play", Arrays.asList(lesson.playing().controls.get("launch"),
            lesson.playing().controls.get("volume")), Arrays.asList(null, 30));
        lesson.takeState(null);
        expect("in none", Arrays.asList(lesson.playing(), lesson.nextMs()), Arrays.asList(null, null));
    }

    private static void eyes() throws JsonError {
        Lesson lesson = new Lesson();
        lesson.takeState(state(1, 0, 0, Json.object("message", "Look", "until_ms", 5000)));
        expect("held by the state", Arrays.asList(lesson.held(), lesson.nextMs()),
            Arrays.asList("Look", 5000.0));
        lesson.obey(4999);
        expect("still", lesson.held(), "Look");
        lesson.obey(5000);
        expect("ends by itself", lesson.held(), null);
        lesson.takeCommand(command(2, "eyes_on_me", 6000, 0, 66_000, Json.object("until_ms", 9000)));
        lesson.takeCommand(command(3, "release", 7000));
        lesson.obey(6000);
        expect("held by a command", lesson.held(), "");
        lesson.obey(7000);
        expect("released", lesson.held(), null);
        lesson.takeCommand(command(4, "eyes_on_me", 7000, 0, 8000, Json.object("until_ms", 9000)));
        lesson.obey(8500);
        expect("not when it came too late", lesson.held(), null);
        lesson.takeCommand(command(5, "eyes_on_me", 9000));
        lesson.obey(9000);
        expect("not without an end", lesson.held(), null);
    }

    private static List<Object> names(EventStore.Batch batch) {
        if (batch == null) return null;
        List<Object> found = new ArrayList<>(Arrays.asList(batch.id, batch.data.get("run_id")));
        for (Map<String, Object> event : Json.objects(batch.data, "events")) found.add(event.get("n"));
        return found;
    }

    private static void batching() throws IOException {
        EventStore events = new EventStore(new File(folder, "batching"), 5, 2, "p");
        expect("nothing", events.next(0), null);
        for (int n = 1; n <= 3; ++n) events.add(7L, n, 0, false, Json.object("n", n));
        EventStore.Batch first = events.next(100);
        expect("a batch", names(first), Arrays.asList("p/1", 7L, 1L, 2L));
        expect("in server time", Json.objects(first.data, "events").get(1).get("at_ms"), 102.0);
        expect("one at a time", Arrays.asList(events.next(0), events.isFull()), Arrays.asList(null, false));
        events.again();
        expect("said again, it is the same", events.next(500) == first, true);
        events.finished("other");
        expect("another's answer", events.next(0), null);
        events.finished("p/1");
        events.add(8L, 4, 0, false, Json.object("n", 4));
        expect("a batch is of one run", names(events.next(0)), Arrays.asList("p/2", 7L, 3L));
        for (int n = 5; n <= 9; ++n) events.add(null, 0, 0, false, Json.object("n", n));
        expect("bounded: the oldest go, not those on their way",
            Arrays.asList(events.size(), events.dropped()),
            Arrays.asList(4, 3L));
        events.finished("p/2");
        expect("the rest", names(events.next(0)), Arrays.asList("p/5", null, 7L, 8L));
        expect("what has no JSON", outcome(() -> {
            events.add(null, 0, 0, false, Json.object("n", new Object()));
            return null;
        }), "refused");
        String large = String.join("", Collections.nCopies(70_000, "x"));
        expect("what is too large", outcome(() -> {
            events.add(null, 0, 0, false, Json.object("n", large));
            return null;
        }), "refused");
        expect("is not kept", events.size(), 3);
        events.close();
    }

    private static void write(File file, String text) throws IOException {
        Files.replace(file, text);
    }

    /** What an app that is killed anywhere leaves behind, and what the next one makes of it. */
    private static void afterTheEnd() throws IOException {
        File there = new File(folder, "killed");
        EventStore killed = new EventStore(there, 50, 2, "a");
        for (int n = 1; n <= 3; ++n) killed.add(7L, n, 1000, false, Json.object("n", n));
        EventStore.Batch sent = killed.next(2000);
        EventStore next = new EventStore(there, 50, 2, "b"); // nobody has closed the first
        expect("all is still there", next.size(), 3);
        expect("the batch on its way is the same to the letter", Json.write(next.next(9000).data),
            Json.write(sent.data));
        next.finished("a/1");
        EventStore.Batch rest = next.next(9000);
        expect("the others have ids of their own", names(rest), Arrays.asList("b/1", 7L, 3L));
        expect("and the time as it was known then: the own clock began again",
            Json.objects(rest.data, "events").get(0).get("at_ms"),
            1003.0);
        next.stored(Arrays.asList(Json.object("boot_id", "b", "up_to", 0, "beyond", Arrays.asList(2L))));
        expect("another is stored", next.size(), 1);
        next.stored(Arrays.asList(Json.object("boot_id", "b", "up_to", 1, "beyond", Arrays.asList())));
        expect("and nothing is left", Arrays.asList(next.size(), there.list().length), Arrays.asList(0, 0));
        next.close();

        String line = "{\"n\":1,\"at_ms\":1.0,\"sent_ms\":1.0,\"run_id\":7}\n";
        there = new File(folder, "torn");
        there.mkdirs();
        write(new File(there, "4.open"), line + "{\"n\":2,\"at_m");
        next = new EventStore(there, 50, 2, "c");
        next.add(7L, 2, 0, false, Json.object("n", 3));
        expect("half a line is no event, and hurts no other", names(next.next(0)),
            Arrays.asList("c/1", 7L, 1L, 3L));
        next.close();

        there = new File(folder, "cut");
        there.mkdirs();
        write(new File(there, "4.open"), line + line.replace("1,", "2,"));
        write(new File(there, "5.open"), line.replace("1,", "2,"));
        next = new EventStore(there, 50, 2, "d");
        expect("a seal cut off before its batch: nothing twice", next.size(), 2);
        next.close();
        write(new File(there, "4.batch"), "{\"batch_id\":\"c-4\",\"run_id\":7,\"events\":[{\"n\":1}]}");
        write(new File(there, "5.open"), line.replace("1,", "2,"));
        next = new EventStore(there, 50, 2, "d");
        expect("and after it", Arrays.asList(next.size(), names(next.next(0))),
            Arrays.asList(2, Arrays.asList("c-4", 7L, 1L)));
        next.close();
    }

    private static void crashes() throws IOException, InterruptedException {
        File there = new File(folder, "crashes");
        Crashes crashes = new Crashes(there, (thread, error) -> { });
        for (int n = 0; n < 7; ++n) {
            Thread faulty = new Thread(() -> { throw new IllegalStateException("of the app"); }, "video");
            faulty.setUncaughtExceptionHandler(crashes);
            faulty.start();
            faulty.join();
        }
        expect("the first ones are kept", crashes.waiting(), 5);
        String text = Files.read(new File(there, "1.crash"));
        expect("with the place", text.contains("\"video\"") && text.contains("of the app")
            && text.contains("RulesTest.java"), true);
    }

    /**
     * Where nobody listens: what cannot wait is refused at once, other words are kept, the app is told where
     * it wants.
     */
    private static void withoutBox() throws IOException, InterruptedException {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        HeadsetApp app = new HeadsetApp() {
            @Override public void obey(Order order) {}
            @Override public void goTo(Playing playing) {}
            @Override public void hold(String message) {}
            @Override public void log(String text) {
                hear(heard, text.split(":")[0]);
            }
        };
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "app"));
        Headset headset = new Headset(new Box("http://127.0.0.1:" + port), "token", app, folder, executor,
            OwnClock.OF_JAVA);
        headset.start();
        expect("no connection", heard.poll(10, TimeUnit.SECONDS), "app: no connection");
        headset.signIn("Ada", "1234", answer -> hear(heard, answer.message()));
        expect("a PIN does not wait", waitFor(heard, "app: Disconnected"), true);
        headset.say("headset.sign_out", Json.object(), true, answer ->
            hear(heard, "first " + answer.message()));
        for (int i = 0; i < 200; ++i) headset.raiseHand("" + i);
        expect("what waits is bounded, and the oldest goes", waitFor(heard, "app: first Overflow"), true);
        headset.event("click", Json.object());
        expect("an event waits", Arrays.asList(headset.eventsKept(), headset.positionMs()),
            Arrays.asList(1, null));
        headset.signOut(answer -> { throw new IllegalStateException("of the app"); });
        for (int i = 0; i < 200; ++i) headset.lowerHand();
        expect("a fault of the app ends nothing", waitFor(heard, "app: the app has failed"), true);
        headset.stop();
        headset.join();
        headset.signIn("Ada", "1234", answer -> hear(heard, "late " + answer.message()));
        expect("after the end", waitFor(heard, "app: late Overflow"), true);
        executor.shutdown();
    }

    private static void hear(LinkedBlockingQueue<String> heard, String what) {
        heard.add(Thread.currentThread().getName() + ": " + what);
    }

    private static boolean waitFor(LinkedBlockingQueue<String> heard, String wanted)
        throws InterruptedException {
        while (true) {
            String found = heard.poll(10, TimeUnit.SECONDS);
            if (found == null || found.equals(wanted)) return found != null;
        }
    }

    public static void main(String[] words) throws Exception {
        folder = new File(words[0]);
        json();
        lineRules();
        clock();
        pauses();
        obeying();
        eyes();
        batching();
        afterTheEnd();
        crashes();
        withoutBox();
        if (faults > 0) System.exit(1);
        System.out.println("the rules hold");
    }
}
