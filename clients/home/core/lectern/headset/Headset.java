package lectern.headset;

import java.io.File;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A headset of Lectern. docs/headset-protocol.md has the rules. In short:
 *
 *   Box box = new Box("http://192.0.2.5:8080");
 *   String token = box.pair("042137", "DPVR-0042", "DPVR P1", null); // once, off the main thread; keep it
 *   Headset headset = new Headset(box, token, app, folder);
 *   headset.start(); // and stop() when the app goes
 *
 * One thread does everything; calls of the app from other threads are handed to it. Two headsets never share
 * a folder.
 */
public final class Headset {
    private static final int MOST_WAITING = 1000;
    private static final int LARGEST_PICTURE = 64 << 10;

    private final Box box;
    private final String token;
    private final String role;
    private final HeadsetApp app;
    private final OwnClock clock;
    private final Teller teller;
    private final Obeying obeying;
    private final ServerTime time = new ServerTime();
    private final Lesson lesson = new Lesson();
    private final EventStore events;
    private final Talk talk = new Talk();
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<Runnable>(MOST_WAITING);
    private final Random random = new Random();
    private final Thread thread = new Thread("lectern-headset") {
        @Override public void run() {
            live();
        }
    };
    private volatile boolean isStopped = false;

    private Line line;
    private boolean isWelcome = false;
    private boolean knowsNumbers = false; // the box: of starts and of their batches
    private int failures = 0;
    private int quickClocks = 0;
    private double connectAtMs;
    private double clockAtMs = 0;
    private double secondAtMs = 0;

    public Headset(Box box, String token, HeadsetApp app, File folder) throws IOException {
        this(box, token, app, folder, null, OwnClock.OF_JAVA);
    }

    public Headset(Box box, String token, HeadsetApp app, File folder, Executor executor, OwnClock clock)
        throws IOException {
        this(box, token, app, folder, executor, clock, "device");
    }

    /**
     * `executor` runs the methods of the app; null: the headset's own thread does. `role`: "device" for what
     * runs all the time, or for an app that does everything; "run" for the app of a lesson beside it.
     */
    public Headset(Box box, String token, HeadsetApp app, File folder, Executor executor, OwnClock clock,
        String role)
        throws IOException {
        this.role = role;
        this.box = box;
        this.token = token;
        this.app = app;
        this.clock = clock;
        teller = new Teller(app, executor);
        obeying = new Obeying(app, lesson, talk, time, clock, teller, new Obeying.Post() {
            @Override public void post(Talk.Words words) {
                Headset.this.post(words);
            }
        });
        events = new EventStore(new File(folder, "events"));
        connectAtMs = clock.nowMs();
        thread.setDaemon(true);
    }

    public Box box() {
        return box;
    }

    public ServerTime time() {
        return time;
    }

    /** Null: in no lesson. */
    public Playing playing() {
        return lesson.playing();
    }

    public int eventsKept() {
        return events.size();
    }

    public long eventsDropped() {
        return events.dropped();
    }

    public void start() {
        thread.start();
    }

    public void stop() {
        isStopped = true;
        inbox.offer(NOTHING); // wakes the thread
    }

    /** Waits until the thread has ended. Don't call it in the app's methods: the thread waits for those. */
    public void join() throws InterruptedException {
        thread.join();
    }

    public double serverMs() {
        return clock.nowMs() + offsetMs();
    }

    /**
     * Where the lesson is now, or null: compare it with the video twice a second, see {@link Rules#rateFor}.
     */
    public Double positionMs() {
        Playing playing = lesson.playing();
        return playing == null ? null : Double.valueOf(playing.positionMs(serverMs()));
    }

    /**
     * Something that the student did: gaze, zone_enter, interaction... with yaw_deg, pitch_deg, target, data
     * and so on. When this returns, it is on disk; an IOException says that the disk does not take it.
     */
    public void event(String kind, Map<String, Object> fields) throws IOException {
        Playing playing = lesson.playing();
        Map<String, Object> event = new LinkedHashMap<String, Object>();
        if (playing != null) event.put("position_ms", (long) playing.positionMs(serverMs()));
        event.putAll(fields);
        event.put("kind", kind);
        events.add(playing == null ? null : playing.runId, clock.nowMs(), offsetMs(), time.isKnown(), event);
    }

    /**
     * Not kept for later without a network: the student stands there waiting, and nothing may keep the PIN.
     */
    public void signIn(String nickname, String pin, Answer.Taker taker) {
        say("headset.sign_in", Json.object("nickname", nickname, "pin", pin), false, taker);
    }

    public void signOut(Answer.Taker taker) {
        say("headset.sign_out", Json.object(), true, taker);
    }

    public void raiseHand(String question) {
        say("headset.hand", Json.object("question", question), true, null);
    }

    public void lowerHand() {
        say("headset.hand_down", Json.object(), true, null);
    }

    /** Fade out first, without waiting for the box. */
    public void unwell() {
        say("headset.unwell", Json.object(), true, null);
    }

    public void well() {
        say("headset.well", Json.object(), true, null);
    }

    /**
     * A JPEG of what the student sees, of the size that {@link HeadsetApp#pictures} named. Lost without a
     * network.
     */
    public void picture(final byte[] jpeg) {
        if (jpeg.length > LARGEST_PICTURE) throw new IllegalArgumentException("a picture has at most 64 KiB");
        inbox.offer(new Runnable() {
            @Override public void run() {
                talk.sendPicture(jpeg);
            }
        });
    }

    /**
     * Says any message of the protocol. `isKept`: keep it across a break until it is answered, only if it may
     * be said twice. `taker` may be null.
     */
    public void say(String type, Map<String, Object> data, boolean isKept, final Answer.Taker taker) {
        try {
            Json.write(data);
        } catch (JsonError faultOfTheApp) {
            throw new IllegalArgumentException(faultOfTheApp);
        }
        post(new Talk.Words(type, data, isKept) {
            @Override void answered(final Answer answer) {
                if (taker == null) return;
                teller.tell(new Runnable() {
                    @Override public void run() {
                        taker.answered(answer);
                    }
                });
            }
        });
    }

    /** From any thread. A full inbox means that the app says far more than a network can carry. */
    private void post(final Talk.Words words) {
        boolean isTaken = !isStopped && inbox.offer(new Runnable() {
            @Override public void run() {
                talk.say(words);
            }
        });
        if (!isTaken) words.answered(new Answer("Overflow", Json.object()));
    }

    /** Until the box has said the time, the headset's calendar is the best guess there is. */
    private double offsetMs() {
        return time.isKnown() ? time.offsetMs() : System.currentTimeMillis() - clock.nowMs();
    }

    // --- the headset's thread ---

    private void live() {
        while (!isStopped) {
            double waitMs = Math.max(0, Math.min(1000, nextMs() - clock.nowMs()));
            try {
                Runnable task = inbox.poll((long) (waitMs * 1e6), TimeUnit.NANOSECONDS);
                if (task != null) task.run();
                obeying.obey();
                if (isWelcome) beat(clock.nowMs());
                else if (line == null && clock.nowMs() >= connectAtMs) connect();
            } catch (IOException error) {
                teller.log("the disk: " + error.getMessage());
            } catch (InterruptedException error) {
                isStopped = true;
            }
        }
        lose("stopped");
        try {
            events.close();
        } catch (IOException error) {
            teller.log("the disk: " + error.getMessage());
        }
    }

    private double nextMs() {
        Double obeyAtMs = lesson.nextMs();
        double lineAtMs = line == null ? connectAtMs : Double.MAX_VALUE;
        if (isWelcome) lineAtMs = Math.min(clockAtMs, secondAtMs);
        return obeyAtMs == null ? lineAtMs : Math.min(obeyAtMs - time.offsetMs(), lineAtMs);
    }

    private void connect() {
        line = new Line(box, token, role, clock, new Line.Ear() {
            @Override public void heard(final Line from, final String text, final double ownMs)
                throws InterruptedException {
                hand(from, new Runnable() {
                    @Override public void run() {
                        if (from == line) hear(text, ownMs);
                    }
                });
            }

            @Override public void gone(final Line from, final String why, final int code,
                final boolean isUnpaired)
                throws InterruptedException {
                hand(from, new Runnable() {
                    @Override public void run() {
                        if (from == line) lineGone(why, code, isUnpaired);
                    }
                });
            }

            private void hand(Line from, Runnable task) throws InterruptedException {
                if (!isStopped) inbox.put(task);
            }
        });
        line.open();
    }

    private void lineGone(String why, int code, boolean isUnpaired) {
        lose(why);
        connectAtMs = Math.max(connectAtMs, clock.nowMs() + Rules.leastPauseMs(code));
        if (!isUnpaired && !Rules.endsPairing(code)) return;
        isStopped = true;
        teller.tell(new Runnable() {
            @Override public void run() {
                app.unpaired();
            }
        });
    }

    private void lose(final String why) {
        final boolean wasWelcome = isWelcome;
        if (line != null) line.close();
        line = null;
        isWelcome = false;
        connectAtMs = clock.nowMs() + Rules.pauseMs(failures++, random);
        events.again();
        talk.closed();
        teller.tell(new Runnable() {
            @Override public void run() {
                if (wasWelcome) app.connected(false, why);
                else app.log("no connection: " + why);
            }
        });
    }

    /** The regular messages: the clock, at first ten times quickly; each second a report and what waits. */
    private void beat(double nowMs) throws IOException {
        if (nowMs >= clockAtMs) {
            talk.send("clock", Json.object("t0", nowMs));
            clockAtMs = nowMs + (--quickClocks > 0 ? 60 : 1000);
        }
        if (nowMs >= secondAtMs) {
            secondAtMs = nowMs + 1000;
            talk.sayAgain();
            events.sync();
            sayEvents();
            teller.tell(new Runnable() {
                @Override public void run() {
                    report(app.report());
                }
            });
        } else if (events.isFull()) {
            sayEvents();
        }
    }

    private void report(Map<String, Object> ofApp) {
        if (time.roundTripMs() == null) return;
        Map<String, Object> report = Json.object("round_trip_ms", time.roundTripMs(), "clock_offset_ms",
            time.offsetMs());
        Double position = positionMs();
        if (position != null) report.put("position_ms", position.longValue());
        report.putAll(ofApp);
        try {
            Json.write(report);
        } catch (JsonError faultOfTheApp) {
            throw new IllegalArgumentException(faultOfTheApp);
        }
        post(new Talk.Words("headset.report", report, false) {
            @Override void answered(Answer answer) {
                if ("Invalid".equals(answer.error))
                    teller.log("the report is refused: " + answer.data.get("errors"));
            }
        });
    }

    private void sayHello() {
        List<String> capabilities = app.capabilities();
        if (!capabilities.isEmpty()) talk.send("hello", Json.object("capabilities", capabilities));
    }

    private void sayEvents() throws IOException {
        final EventStore.Batch batch = events.next(time.offsetMs());
        if (batch == null) return;
        talk.say(new Talk.Words("events", knowsNumbers ? batch.data : batch.named(), false) {
            @Override void answered(Answer answer) {
                if (answer.isForLater() || "Disconnected".equals(answer.error)) {
                    events.again();
                    return;
                }
                events.finished(batch.id);
                if (answer.data.get("refused") != null) teller.log("refused: " + answer.data.get("refused"));
                if (!answer.isGood()) teller.log(batch.events + " events are refused: " + answer.data);
            }
        });
    }

    private void hear(String text, double ownMs) {
        try {
            Map<String, Object> message = Json.readObject(text);
            Map<String, Object> content = Json.inner(message, "data");
            Map<String, Object> data = content == null ? Json.object() : content;
            String eid = Json.text(message, "eid", null);
            String error = Json.text(message, "error", null);
            if (eid == null && error != null) { // of what had no eid: a picture
                teller.log("refused: " + error + " " + Json.text(data, "message", ""));
                return;
            }
            if (eid == null) {
                hearPush(Json.text(message, "type"), content, data, ownMs);
                return;
            }
            Answer answer = new Answer(error, data);
            if ("clock".equals(message.get("type")) && answer.isGood())
                time.add(Json.number(data, "t0"), Json.number(data, "t1"), ownMs);
            talk.hear(eid, answer);
        } catch (JsonError fault) {
            teller.log("not understood: " + fault.getMessage());
        }
    }

    private void hearPush(final String type, Map<String, Object> content, final Map<String, Object> data,
        double ownMs)
        throws JsonError {
        switch (type) {
            case "welcome": welcome(data, ownMs); break;
            case "state": obeying.adopt(content); break;
            case "command": obeying.take(new Command(data)); break;
            default:
                teller.tell(new Runnable() {
                    @Override public void run() {
                        Pushes.tell(app, type, data);
                    }
                });
        }
    }

    private void welcome(final Map<String, Object> data, double ownMs) throws JsonError {
        time.welcome(Json.number(data, "server_ms"), ownMs);
        isWelcome = true;
        failures = 0;
        quickClocks = 10;
        clockAtMs = clock.nowMs();
        secondAtMs = clockAtMs + 500; // the time is known by then
        talk.open(line);
        knowsNumbers = data.containsKey("stored");
        events.stored(Json.objects(data, "stored"));
        if (knowsNumbers) sayHello();
        teller.tell(new Runnable() {
            @Override public void run() {
                app.connected(true, "");
                Map<String, Object> device = Json.inner(data, "device");
                if (device != null) app.named(Json.text(device, "name", ""));
                Pushes.tell(app, "person", data);
                Map<String, Object> hand = Json.inner(data, "hand");
                if (hand != null) Pushes.tell(app, "hand", hand);
            }
        });
        talk.sayAgain();
        obeying.adopt(Json.inner(data, "session"));
    }

    private static final Runnable NOTHING = new Runnable() {
        @Override public void run() {}
    };
}
