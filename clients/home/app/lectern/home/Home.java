package lectern.home;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import lectern.headset.Answer;
import lectern.headset.Box;
import lectern.headset.CannotObey;
import lectern.headset.Command;
import lectern.headset.Content;
import lectern.headset.Crashes;
import lectern.headset.Headset;
import lectern.headset.HeadsetApp;
import lectern.headset.Json;
import lectern.headset.Order;
import lectern.headset.Playing;

/**
 * Lectern Home: from a fresh headset to a lesson. It decides everything; the {@link Platform} shows and does
 * it. All of it happens on one thread of its own. {@link #start}, {@link #press}, {@link #found} and {@link
 * #setUp} may be called from any thread.
 */
public final class Home implements HeadsetApp {
    private static final long STEP_MS = 500;

    private final Platform platform;
    private final Settings settings;
    private final Crashes crashes;
    private final GiveBack giveBack;
    private final ScheduledExecutorService thread = Threads.single("lectern-home");
    private final Pairing pairing;

    private Pad pad;
    private volatile Headset headset; // null: not paired
    private Content content;
    private Player player;
    private String name = "Lectern"; // of this headset
    private String person; // null: nobody has signed in
    private boolean isConnected = false, isHandUp = false, isUnwell = false;
    private ScheduledFuture<?> steps, pictures;

    public Home(Platform platform) throws IOException {
        this.platform = platform;
        settings = new Settings(platform.folder());
        giveBack = new GiveBack(settings, platform.clock());
        crashes = new Crashes(new File(platform.folder(), "crashes"),
            Thread.getDefaultUncaughtExceptionHandler());
        crashes.watch();
        pairing = new Pairing(this, settings, platform);
    }

    public void start() {
        run(new Runnable() {
            @Override public void run() {
                if (settings.get("token") != null) connect();
                else if (settings.get("box") != null) go(new Pads.Code(Home.this, settings.get("box"),
                    settings.get("key")));
                else findBox();
            }
        });
    }

    public void stop() {
        run(new Runnable() {
            @Override public void run() {
                disconnect();
                thread.shutdown();
                pairing.stop();
            }
        });
    }

    /** A key of the screen was pressed. */
    public void press(final String key) {
        run(new Runnable() {
            @Override public void run() {
                pad.press(key);
                draw();
            }
        });
    }

    /** A box has been found on the network. */
    public void found(final String address, final String named) {
        run(new Runnable() {
            @Override public void run() {
                if (!(pad instanceof Pads.FindBox)) return;
                ((Pads.FindBox) pad).found(address, named);
                draw();
            }
        });
    }

    /**
     * The set-up by cable has left this: where the box is, its key, a pairing code, a PIN to give it back.
     */
    public void setUp(final String box, final String key, final String code, final String pin) {
        run(new Runnable() {
            @Override public void run() {
                try {
                    if (pin != null) giveBack.setPin(pin);
                    if (box == null) return;
                    disconnect();
                    settings.set("token", null);
                    settings.set("key", key);
                    settings.set("box", box);
                } catch (IOException error) {
                    platform.log("the set-up: " + error.getMessage());
                    return;
                }
                Pads.Code asking = new Pads.Code(Home.this, box, key);
                go(asking);
                if (code != null) pair(code, asking);
            }
        });
    }

    /** The cable gives this headset back: it forgets its school. */
    public void giveBackByCable() {
        run(new Runnable() {
            @Override public void run() {
                disconnect();
                platform.giveBack();
                forgetBox();
                platform.log("given back"); // packaging/enroll-headsets waits for this line
            }
        });
    }

    /** Something that happened on this headset, for the lesson that runs. On disk when this returns. */
    public void event(String kind, Map<String, Object> fields) throws IOException {
        Headset now = headset;
        if (now == null) throw new IOException("this headset is not paired");
        now.event(kind, fields);
    }

    /** The APK of a lesson's app has been installed, or the wearer refused. */
    public void installed(final String packageName, final boolean isThere) {
        run(new Runnable() {
            @Override public void run() {
                platform.message(isThere ? packageName + " is installed." : packageName
                    + " was not installed.", 5000);
            }
        });
    }

    // --- for the pads ---

    void go(Pad next) {
        boolean isFinding = next instanceof Pads.FindBox;
        if (isFinding != pad instanceof Pads.FindBox) platform.findBoxes(isFinding);
        pad = next;
        draw();
    }

    void goHome() {
        if (headset == null) findBox();
        else go(person == null ? new Pads.Name(this) : new Pads.Lobby(this));
    }

    void draw() {
        if (pad != null) platform.show(pad.screen());
    }

    void run(final Runnable task) {
        thread.execute(new Runnable() {
            @Override public void run() {
                try {
                    task.run();
                } catch (RuntimeException error) {
                    platform.log("Home has failed: " + error);
                }
            }
        });
    }

    void chooseBox(String address) {
        pairing.chooseBox(address, pad);
    }

    void forgetBox() {
        try {
            settings.set("token", null);
            settings.set("box", null);
            settings.set("key", null);
        } catch (IOException error) {
            platform.log("the settings: " + error.getMessage());
        }
        findBox();
    }

    void pair(String code, Pad asking) {
        asking.fault = "Pairing…";
        draw();
        pairing.pair(code, asking);
    }

    /** Not kept for a time with a network: the wearer stands there waiting. */
    void ask(String type, Map<String, Object> data, Answer.Taker taker) {
        headset.say(type, data, false, taker);
    }

    /** Kept until the box has it; a refusal is shown on that pad. */
    void say(String type, Map<String, Object> data, final Pad asking) {
        headset.say(type, data, true, new Answer.Taker() {
            @Override public void answered(Answer answer) {
                asking.fault = answer.message();
                draw();
            }
        });
    }

    /** What is wrong, or that it is done. */
    String giveBack(String pin) {
        String fault = giveBack.fault(pin);
        if (fault != null) return fault;
        platform.giveBack();
        return "This headset is free.";
    }

    String name() {
        return name;
    }

    String person() {
        return person == null ? "" : person;
    }

    boolean isConnected() {
        return isConnected;
    }

    boolean isHandUp() {
        return isHandUp;
    }

    boolean isUnwell() {
        return isUnwell;
    }

    String about() {
        String box = settings.get("box"), limits = platform.limits();
        return (box == null ? "" : box + (isConnected ? ", connected" : ", not connected"))
            + (headset == null ? "" : "\n" + headset.eventsKept() + " events wait to be sent")
            + (limits.isEmpty() ? "" : "\n" + limits);
    }

    // --- paired ---

    void connect() {
        disconnect();
        String token = settings.get("token");
        try {
            Box box = Pairing.boxOf(settings.get("box"), settings.get("key"));
            headset = new Headset(box, token, this, platform.folder(), thread, platform.clock());
            content = new Content(headset, token, new File(platform.folder(), "content"));
        } catch (IOException error) {
            platform.log("the disk: " + error.getMessage());
            return;
        }
        player = new Player(platform, headset, content);
        headset.start();
        content.start();
        steps = thread.scheduleWithFixedDelay(new Runnable() {
            @Override public void run() {
                player.keepInStep();
            }
        }, STEP_MS, STEP_MS, TimeUnit.MILLISECONDS);
        goHome();
    }

    private void disconnect() {
        if (headset == null) return;
        steps.cancel(false);
        pictures(0, 0, 0, 0);
        player.close();
        platform.curtain(null);
        content.stop();
        headset.stop();
        headset = null;
        person = null;
        isConnected = false;
        platform.stayAwake(false);
    }

    private void findBox() {
        go(new Pads.FindBox(this));
    }

    @Override public void connected(boolean isNow, String why) {
        isConnected = isNow;
        if (isNow) content.welcome();
        else platform.log("gone: " + why);
        draw();
    }

    @Override public List<String> capabilities() {
        return Arrays.asList("play", "pause", "resume", "seek", "stop", "catch_up", "launch", "message",
            "look",
            "identify", "volume", "brightness", "eyes_on_me", "release", "content.fetch");
    }

    @Override public void named(String ofHeadset) {
        name = ofHeadset;
        draw();
    }

    @Override public void unpaired() {
        disconnect();
        try {
            settings.set("token", null);
        } catch (IOException error) {
            platform.log("the settings: " + error.getMessage());
        }
        go(new Pads.Code(this, settings.get("box"), settings.get("key")));
    }

    @Override public void person(String nickname) {
        boolean isOther = nickname == null ? person != null : !nickname.equals(person);
        person = nickname;
        if (isOther) goHome();
    }

    @Override public void hand(boolean isRaised, String question, boolean isNowUnwell) {
        isHandUp = isRaised;
        isUnwell = isNowUnwell;
        draw();
    }

    @Override public void contentWanted(int pieceBytes, List<Map<String, Object>> items) {
        content.wanted(pieceBytes, items);
    }

    @Override public void hold(String message) {
        platform.curtain(message);
    }

    @Override public void prepare(Command command, double actAtMs) {
        try {
            player.prepare(command);
        } catch (CannotObey error) {
            platform.log(error.getMessage()); // the teacher hears it when the command is due
        }
    }

    @Override public void goTo(Playing playing) {
        try {
            player.follow(playing);
        } catch (CannotObey error) {
            platform.log(error.getMessage());
        }
        if (playing != null) {
            control("volume", playing.controls.get("volume"));
            control("brightness", playing.controls.get("brightness"));
        }
        lessonChanged(playing);
    }

    @Override public void obey(Order order) throws CannotObey {
        Command command = order.command;
        Map<String, Object> arguments = command.arguments;
        switch (command.action) {
            case "message": platform.message(Json.text(arguments, "text", ""), leftMs(arguments)); break;
            case "look": platform.message(Words.look(arguments), leftMs(arguments)); break;
            case "identify": platform.identify(leftMs(arguments)); break;
            case "volume": platform.volume((int) Json.number(arguments, "percent", 50)); break;
            case "brightness": platform.brightness((int) Json.number(arguments, "percent", 50)); break;
            case "recenter": platform.recenter(); break;
            case "launch": case "catch_up":
            case "play": case "pause": case "resume": case "seek": case "stop":
                lessonChanged(headset.playing());
                player.follow(headset.playing());
                break;
            default: throw new CannotObey("Home does not know the order " + command.action + ".");
        }
    }

    private void lessonChanged(Playing playing) {
        boolean isOn = isInLesson(playing);
        platform.stayAwake(isOn || Json.isTrue(platform.report(), "charging"));
        if (!isOn || playing.runId == null) return;
        try {
            crashes.tell(headset);
        } catch (IOException error) {
            platform.log("the disk: " + error.getMessage());
        }
    }

    private static boolean isInLesson(Playing playing) {
        return playing != null && !playing.state.equals("stopped");
    }

    private void control(String what, Object percent) {
        if (!(percent instanceof Number)) return;
        try {
            if (what.equals("volume")) platform.volume(((Number) percent).intValue());
            else platform.brightness(((Number) percent).intValue());
        } catch (CannotObey error) {
            platform.log(error.getMessage());
        }
    }

    /** How long it still has, by the server's clock; a moment where no end is said. */
    private long leftMs(Map<String, Object> arguments) {
        double until = Json.number(arguments, "until_ms", headset.serverMs() + 5000);
        return (long) Math.max(0, until - headset.serverMs());
    }

    @Override public Map<String, Object> report() {
        Map<String, Object> report = platform.report();
        platform.stayAwake(isInLesson(headset.playing()) || Json.isTrue(report, "charging"));
        if (player.skewMs() != null) report.put("skew_ms", player.skewMs());
        if (player.content() != null) report.put("content", player.content());
        return report;
    }

    @Override public void pictures(int intervalMs, final int width, final int quality, final int maxBytes) {
        if (pictures != null) pictures.cancel(false);
        pictures = null;
        if (intervalMs <= 0) return;
        pictures = thread.scheduleWithFixedDelay(new Runnable() {
            @Override public void run() {
                byte[] jpeg = platform.picture(width, quality, maxBytes);
                if (jpeg != null && headset != null) headset.picture(jpeg);
            }
        }, 0, intervalMs, TimeUnit.MILLISECONDS);
    }

    @Override public void log(String text) {
        platform.log(text);
    }
}
