package lectern.desktop;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeSet;
import lectern.headset.CannotObey;
import lectern.headset.Files;
import lectern.headset.Json;
import lectern.headset.JsonError;
import lectern.headset.OwnClock;
import lectern.home.Home;
import lectern.home.Platform;
import lectern.home.Screen;

/**
 * Lectern Home on a console: it prints what a headset would show and do, and obeys typed lines (below, in
 * `type`).
 *
 *   java -cp lectern-home.jar lectern.desktop.Desktop FOLDER [SERIAL]
 *
 * The video is a clock. Apps that are installed are files in FOLDER/installed.
 */
public final class Desktop implements Platform {
    private final File folder;
    private final String serialNumber;
    private final Home home;
    private String shown = "";
    private double videoMs = 0, videoAtMs = 0, videoRate = 0; // rate 0: paused
    private boolean isVideoOpen = false, isAwake = false;

    private Desktop(File folder, String serialNumber) throws IOException {
        this.folder = folder;
        this.serialNumber = serialNumber;
        home = new Home(this);
    }

    private static void print(String what) {
        System.out.println(what);
    }

    @Override public File folder() {
        return folder;
    }

    @Override public String serialNumber() {
        return serialNumber;
    }

    @Override public String model() {
        return "Desktop";
    }

    @Override public OwnClock clock() {
        return OwnClock.OF_JAVA;
    }

    @Override public void findBoxes(boolean isWanted) {
        print(isWanted ? "find boxes" : "found enough");
    }

    @Override public void show(Screen screen) {
        StringBuilder keys = new StringBuilder();
        for (Screen.Key key : screen.keys)
            if (key.id.length() > 1) keys.append(' ').append(key.id.replace(' ', '='));
        String now = "screen " + screen.title + " | " + screen.text.replace('\n', ';') + " | "
            + (screen.typed == null ? "" : screen.typed) + " |" + keys;
        if (!now.equals(shown)) print(now);
        shown = now;
    }

    @Override public void curtain(String text) {
        print(text == null ? "curtain away" : "curtain: " + text);
    }

    @Override public void message(String text, long forMs) {
        print("message for " + (forMs + 500) / 1000 + " s: " + text);
    }

    @Override public void identify(long forMs) {
        print("identify");
    }

    @Override public void launch(String packageName, String activity, Map<String, String> extras)
        throws CannotObey {
        if (!isInstalled(packageName)) throw new CannotObey(packageName + " is not installed.");
        print("launch " + packageName + " " + activity + " " + new TreeSet<>(extras.keySet()));
    }

    @Override public void openWeb(String url) {
        print("web " + url);
    }

    @Override public void loadVideo(String address, String projection) {
        isVideoOpen = true;
        videoMs = 0;
        videoRate = 0;
        print("video load " + projection + " " + address);
    }

    @Override public void playVideo(double positionMs) {
        set(positionMs, 1);
        print("video play " + (long) positionMs);
    }

    @Override public void videoSpeed(double rate) {
        set(position(), rate);
    }

    @Override public void pauseVideo(double positionMs) {
        set(positionMs, 0);
        print("video pause " + (long) positionMs);
    }

    private void set(double positionMs, double rate) {
        videoMs = positionMs;
        videoAtMs = clock().nowMs();
        videoRate = rate;
    }

    private double position() {
        return videoMs + videoRate * (clock().nowMs() - videoAtMs);
    }

    @Override public Double videoPositionMs() {
        return isVideoOpen ? position() : null;
    }

    @Override public void closeContent() {
        isVideoOpen = false;
        print("closed");
    }

    @Override public void volume(int percent) {
        print("volume " + percent);
    }

    @Override public void brightness(int percent) {
        print("brightness " + percent);
    }

    @Override public void recenter() throws CannotObey {
        throw new CannotObey("A console has no straight ahead.");
    }

    @Override public Map<String, Object> report() {
        return Json.object("battery", 88, "charging", false, "storage_free", folder.getUsableSpace(), "app",
            "Desktop.java",
            "app_version", "1");
    }

    @Override public byte[] picture(int width, int quality, int maxBytes) {
        return new byte[] {-1, -40, -1, -39}; // the shortest that begins and ends as a JPEG
    }

    @Override public void stayAwake(boolean isNowAwake) {
        if (isNowAwake != isAwake) print(isNowAwake ? "awake" : "may sleep");
        isAwake = isNowAwake;
    }

    /** An "APK" of the tests names its package in its last line. */
    @Override public String packageOf(File apk) {
        try {
            String text = Files.read(apk);
            return text.substring(text.lastIndexOf('\n') + 1);
        } catch (IOException error) {
            return null;
        }
    }

    @Override public boolean isInstalled(String packageName) {
        return new File(new File(folder, "installed"), packageName).exists();
    }

    @Override public void install(File apk) {
        print("install " + packageOf(apk));
    }

    @Override public void giveBack() {
        print("given back");
    }

    @Override public String limits() {
        return "This is a console.";
    }

    @Override public void log(String text) {
        print("log: " + text);
    }

    private void type(String line) {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "press": // each letter is a key of its own, unless it is "key=..."
                if (words[1].startsWith("key=")) home.press(words[1].substring(4).replace('=', ' '));
                else for (int i = 0; i < words[1].length(); ++i) home.press(words[1].substring(i, i + 1));
                break;
            case "found": home.found(words[1], "Lectern on test"); break;
            case "set-up": home.setUp(words[1], null, words[2], words[3]); break;
            case "give-back": home.giveBackByCable(); break;
            case "installed": home.installed(words[1], true); break;
            case "event": event(words[1]); break;
            // the video is off by that
            case "slip": set(position() + Double.parseDouble(words[1]), videoRate); break;
            case "where": print("where " + (isVideoOpen ? (long) position() : -1) + " rate "
                + videoRate); break;
            case "crash": crash(); break;
            default: print("no such word: " + words[0]);
        }
    }

    private void event(String kind) {
        try {
            home.event(kind, Json.object("target", "turtle"));
        } catch (JsonError error) {
            print("not understood: " + error.getMessage());
        } catch (IOException error) {
            print("not kept: " + error.getMessage());
        }
    }

    private static void crash() {
        new Thread("decoder") {
            @Override public void run() {
                throw new IllegalStateException("the film is upside down");
            }
        }.start();
    }

    public static void main(String[] words) throws IOException {
        Desktop desktop = new Desktop(new File(words[0]), words.length > 1 ? words[1] : null);
        desktop.home.start();
        BufferedReader typed = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = typed.readLine(); line != null && !line.equals("quit"); line = typed.readLine())
            desktop.type(line);
        desktop.home.stop();
    }
}
