package lectern.home;

import java.io.File;
import java.util.LinkedHashMap;
import java.util.Map;
import lectern.headset.CannotObey;
import lectern.headset.Command;
import lectern.headset.Content;
import lectern.headset.Headset;
import lectern.headset.Json;
import lectern.headset.Playing;
import lectern.headset.Rules;

/** Shows what the lesson shows, and keeps a video in step with it. Of Home's thread. */
final class Player {
    private final Platform platform;
    private final Headset headset;
    private final Content content;
    private String shown; // what is open: kind and content, or null
    private boolean isVideo = false;
    private boolean isOfLesson = false; // and not launched in its place
    private boolean isAtEnd = false;
    private Double skewMs;

    Player(Platform platform, Headset headset, Content content) {
        this.platform = platform;
        this.headset = headset;
        this.content = content;
    }

    /** Loads a video before its moment, so that it starts in time. */
    void prepare(Command command) throws CannotObey {
        if (command.action.equals("play") && command.lesson != null && kindOf(command.lesson).equals("video"))
            open(command.lesson, command.runId);
    }

    /** Goes where the lesson is, or to what was launched in its place. */
    void follow(Playing playing) throws CannotObey {
        if (playing == null || playing.state.equals("stopped") || playing.lesson == null) {
            close();
            return;
        }
        Map<String, Object> instead = Json.inner(playing.controls, "launch");
        open(instead == null ? playing.lesson : instead, playing.runId);
        isOfLesson = instead == null;
        isAtEnd = false;
        if (!isVideo) {
            if (isOfLesson && !playing.isRunning())
                throw new CannotObey("Home can't pause " + shown
                    + ": only an app that takes part itself can.");
            return;
        }
        double wanted = playing.positionMs(headset.serverMs());
        if (!isOfLesson) platform.playVideo(0);
        else if (playing.isRunning() && !playing.isFinished(headset.serverMs())) platform.playVideo(wanted);
        else platform.pauseVideo(wanted);
    }

    /** Called twice a second: a little faster or slower, or, when it is far off, there at once. */
    void keepInStep() {
        skewMs = null;
        Playing playing = headset.playing();
        if (!isVideo || !isOfLesson || isAtEnd || playing == null || !playing.isRunning()) return;
        double serverMs = headset.serverMs(), wanted = playing.positionMs(serverMs);
        try {
            if (playing.isFinished(serverMs)) {
                isAtEnd = true;
                platform.pauseVideo(wanted);
                return;
            }
            Double found = platform.videoPositionMs();
            if (found == null) return;
            skewMs = found - wanted;
            Double rate = Rules.rateFor(wanted - found);
            if (rate == null) platform.playVideo(wanted);
            else platform.videoSpeed(rate);
        } catch (CannotObey error) {
            platform.log("the video: " + error.getMessage());
        }
    }

    /** How far what plays is from where it should be; null: nothing plays, or it has come to its end. */
    Double skewMs() {
        return skewMs;
    }

    /** What is shown, as the lesson names it, or null. */
    String content() {
        return shown == null ? null : shown.substring(shown.indexOf(' ') + 1);
    }

    void close() {
        skewMs = null;
        if (shown == null) return;
        shown = null;
        isVideo = false;
        platform.closeContent();
    }

    private static String kindOf(Map<String, Object> what) {
        return Json.text(what, "kind", "");
    }

    private void open(Map<String, Object> what, Long runId) throws CannotObey {
        String kind = kindOf(what), address = Json.text(what, "content", "");
        String wanted = kind + " " + address;
        if (wanted.equals(shown)) return;
        shown = null;
        isVideo = false;
        switch (kind) {
            case "video": platform.loadVideo(addressOf(address),
                Json.text(what, "projection", "flat")); break;
            case "web": platform.openWeb(addressOf(address)); break;
            case "app": launchApp(address, runId); break;
            default: throw new CannotObey("This headset has nothing to show a lesson of kind " + kind
                + " with.");
        }
        shown = wanted;
        isVideo = kind.equals("video");
    }

    /** The copy on disk where there is one, otherwise the box's own address. */
    private String addressOf(String address) {
        File file = content.find(address);
        if (file != null) return file.toURI().toString();
        return address.startsWith("/") ? headset.box().address() + address : address;
    }

    /** `address`: PACKAGE, PACKAGE/ACTIVITY, or where the box has its APK. */
    private void launchApp(String address, Long runId) throws CannotObey {
        String name = address, activity = null;
        File apk = content.find(address);
        if (apk != null) {
            name = platform.packageOf(apk);
            if (name == null) throw new CannotObey("The file of this lesson is no app.");
            if (!platform.isInstalled(name)) {
                platform.install(apk);
                throw new CannotObey("The app is being installed. Start it again afterwards.");
            }
        } else if (address.contains("://") || address.startsWith("/")) {
            throw new CannotObey("The app has not been fetched to this headset yet.");
        } else if (address.indexOf('/') > 0) {
            name = address.substring(0, address.indexOf('/'));
            activity = address.substring(address.indexOf('/') + 1);
        }
        platform.launch(name, activity, extras(runId));
    }

    private Map<String, String> extras(Long runId) {
        Map<String, String> extras = new LinkedHashMap<String, String>();
        Double position = headset.positionMs();
        extras.put("lectern_box", headset.box().address());
        extras.put("lectern_server_ms", String.valueOf((long) headset.serverMs()));
        extras.put("lectern_position_ms", String.valueOf(position == null ? 0 : position.longValue()));
        if (runId != null) extras.put("lectern_run_id", String.valueOf(runId));
        return extras;
    }
}
