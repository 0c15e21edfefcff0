package lectern.home;

import java.io.File;
import java.util.Map;
import lectern.headset.CannotObey;
import lectern.headset.OwnClock;

/**
 * What Home asks of the device that it runs on. It knows no lesson: it shows, plays, starts and tells what it
 * is told to. All methods are called on Home's thread and return at once; at most 30 of them, which a test
 * counts.
 */
public interface Platform {
    /** A folder that is the app's alone, and outlives it. */
    File folder();

    /** The device's own serial number, or null where it tells apps none. */
    String serialNumber();

    String model();

    OwnClock clock();

    /** While true, looks for boxes on the network, and calls {@link Home#found} for each. */
    void findBoxes(boolean isWanted);

    void show(Screen screen);

    /** Dark and silent, over whatever is there, with this text; null: away again. */
    void curtain(String text);

    /** Over whatever is there, for that long. */
    void message(String text, long forMs);

    /** Blinks and beeps for that long, so that one finds this headset among thirty. */
    void identify(long forMs);

    /** Starts an app, with these extras. `activity` may be null: its own first one. */
    void launch(String packageName, String activity, Map<String, String> extras) throws CannotObey;

    void openWeb(String url) throws CannotObey;

    /** Gets a video ready, in place of the one before: a file:// or http:// address. */
    void loadVideo(String address, String projection) throws CannotObey;

    void playVideo(double positionMs) throws CannotObey;

    /** While it plays: a little faster or slower. */
    void videoSpeed(double rate);

    void pauseVideo(double positionMs) throws CannotObey;

    /** Where the video is, or null where nobody can tell. */
    Double videoPositionMs();

    /** Ends the video, the app or the page, and shows Home. */
    void closeContent();

    void volume(int percent) throws CannotObey;

    void brightness(int percent) throws CannotObey;

    void recenter() throws CannotObey;

    /** battery, charging, storage_free, app, app_version as far as the device tells them. */
    Map<String, Object> report();

    /** A JPEG of what the student sees, at most so large; null where there is none. */
    byte[] picture(int width, int quality, int maxBytes);

    /** Keeps processor and Wi-Fi awake while true. */
    void stayAwake(boolean isAwake);

    /** The package in an APK file, or null where it is none. */
    String packageOf(File apk);

    boolean isInstalled(String packageName);

    /** Asks the system to install it, which may ask the wearer. */
    void install(File apk) throws CannotObey;

    /** Ends everything that binds the device to the school: lock task, launcher, device owner. */
    void giveBack();

    /** What this device does not let an app do, in a sentence for the teacher; empty: nothing. */
    String limits();

    void log(String text);
}
