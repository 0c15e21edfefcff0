package lectern.android;

import android.Manifest;
import android.app.ActivityManager;
import android.content.ActivityNotFoundException;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.media.AudioManager;
import android.net.Uri;
import android.net.wifi.WifiManager;
import android.os.BatteryManager;
import android.os.Build;
import android.os.Handler;
import android.os.Looper;
import android.os.PowerManager;
import android.os.SystemClock;
import android.provider.Settings;
import android.util.Log;
import android.widget.Toast;
import java.io.File;
import java.util.Map;
import lectern.headset.CannotObey;
import lectern.headset.Json;
import lectern.headset.OwnClock;
import lectern.home.Home;
import lectern.home.Platform;
import lectern.home.Screen;

/** Home on Android: it shows, plays and starts what it is told to, and knows no lesson. */
final class AndroidPlatform implements Platform {
    private static final String TAG = "Lectern";
    private static final OwnClock CLOCK = new OwnClock() {
        @Override public double nowMs() {
            return SystemClock.elapsedRealtimeNanos() / 1e6; // goes on while the headset sleeps
        }
    };

    private final Context context;
    private final Handler main = new Handler(Looper.getMainLooper());
    private final Overlay overlay;
    private final Film film;
    private final DpvrManager dpvr;
    private final PowerManager.WakeLock wake;
    private final WifiManager.WifiLock wifi;
    private Finder finder;
    private volatile Panel panel; // null: the window is not there
    private volatile Screen screen; // the newest
    private volatile boolean isFilm = false;
    // of Home's thread: the app that was started; a film for the headset's own player
    private String launched, outside;

    AndroidPlatform(Context context) {
        this.context = context;
        overlay = new Overlay(context, main);
        film = new Film(context);
        dpvr = new DpvrManager(context);
        wake = ((PowerManager) context.getSystemService(Context.POWER_SERVICE))
            .newWakeLock(PowerManager.PARTIAL_WAKE_LOCK, "lectern:home");
        wake.setReferenceCounted(false);
        wifi = ((WifiManager) context.getApplicationContext().getSystemService(Context.WIFI_SERVICE))
            .createWifiLock(WifiManager.WIFI_MODE_FULL_HIGH_PERF, "lectern:home");
        wifi.setReferenceCounted(false);
    }

    void setHome(Home home) {
        finder = new Finder(context, home);
    }

    /** Of the main thread. */
    void setPanel(Panel next) {
        if (panel != null) panel.film().removeCallback(film);
        panel = next;
        if (panel == null) return;
        panel.film().addCallback(film);
        panel.showFilm(isFilm);
        if (screen != null) panel.show(screen);
    }

    void close() {
        finder.stop();
        film.close();
        dpvr.close();
        stayAwake(false);
    }

    @Override public File folder() {
        return context.getFilesDir();
    }

    @Override public String serialNumber() {
        if (dpvr.serialNumber() != null) return dpvr.serialNumber();
        return context.checkSelfPermission(Manifest.permission.READ_PHONE_STATE) ==
            PackageManager.PERMISSION_GRANTED
            ? Later.serialNumber() : null;
    }

    @Override public String model() {
        return Build.MANUFACTURER + " " + Build.MODEL;
    }

    @Override public OwnClock clock() {
        return CLOCK;
    }

    @Override public void findBoxes(boolean isWanted) {
        if (isWanted) finder.start();
        else finder.stop();
    }

    @Override public void show(final Screen next) {
        screen = next;
        main.post(new Runnable() {
            @Override public void run() {
                if (panel != null && screen == next) panel.show(next);
            }
        });
    }

    @Override public void curtain(final String text) {
        main.post(new Runnable() {
            @Override public void run() {
                overlay.curtain(text);
                if (panel != null) panel.cover(overlay.isAllowed() ? null : text);
            }
        });
    }

    @Override public void message(final String text, final long forMs) {
        main.post(new Runnable() {
            @Override public void run() {
                if (overlay.isAllowed()) overlay.message(text, forMs);
                else Toast.makeText(context, text, Toast.LENGTH_LONG).show();
            }
        });
    }

    @Override public void identify(final long forMs) {
        main.post(new Runnable() {
            @Override public void run() {
                overlay.identify(forMs);
            }
        });
    }

    @Override public void launch(String packageName, String activity, Map<String, String> extras)
        throws CannotObey {
        Intent intent = activity == null ? context.getPackageManager().getLaunchIntentForPackage(packageName)
            : new Intent(Intent.ACTION_MAIN).setComponent(new ComponentName(packageName,
                activity.startsWith(".") ? packageName + activity : activity));
        if (intent == null) throw new CannotObey(packageName + " is not installed.");
        for (Map.Entry<String, String> extra : extras.entrySet())
            intent.putExtra(extra.getKey(), extra.getValue());
        start(intent, packageName + " cannot be started");
        launched = packageName;
    }

    @Override public void openWeb(String url) throws CannotObey {
        start(new Intent(Intent.ACTION_VIEW, Uri.parse(url)), "This headset has no browser");
        launched = null;
    }

    private void start(Intent intent, String otherwise) throws CannotObey {
        try {
            context.startActivity(intent.addFlags(Intent.FLAG_ACTIVITY_NEW_TASK));
        } catch (ActivityNotFoundException error) {
            throw new CannotObey(otherwise + ".");
        } catch (SecurityException error) {
            throw new CannotObey(otherwise + ": " + error.getMessage());
        }
    }

    /** A flat film plays here; for others the headset has a player that knows its lenses. */
    @Override public void loadVideo(String address, String projection) throws CannotObey {
        outside = projection.equals("flat") ? null : address;
        if (outside != null) return;
        film.load(address);
        showFilm(true);
        front();
    }

    @Override public void playVideo(double positionMs) throws CannotObey {
        if (outside == null) {
            film.play(positionMs);
            return;
        }
        Uri address = Uri.parse(outside);
        if ("file".equals(address.getScheme()))
            address = FileProvider.addressOf(new File(address.getPath()), ".mp4");
        start(new Intent(Intent.ACTION_VIEW).setDataAndType(address, "video/mp4")
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION).putExtra("position", (int) positionMs),
            "This headset has no player for films");
    }

    @Override public void videoSpeed(double rate) {
        if (outside == null) film.speed(rate);
    }

    @Override public void pauseVideo(double positionMs) throws CannotObey {
        if (outside != null) throw new CannotObey("The headset's own player cannot be paused by Home.");
        film.pause(positionMs);
    }

    @Override public Double videoPositionMs() {
        return outside == null ? film.positionMs() : null;
    }

    @Override public void closeContent() {
        film.close();
        showFilm(false);
        front();
        ActivityManager apps = (ActivityManager) context.getSystemService(Context.ACTIVITY_SERVICE);
        if (launched != null && !dpvr.stop(launched)) apps.killBackgroundProcesses(launched);
        launched = null;
        outside = null;
    }

    private void showFilm(final boolean isNow) {
        isFilm = isNow;
        main.post(new Runnable() {
            @Override public void run() {
                if (panel != null) panel.showFilm(isFilm);
            }
        });
    }

    private void front() {
        context.startActivity(new Intent(context,
            PanelActivity.class).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK));
    }

    @Override public void volume(int percent) {
        AudioManager audio = (AudioManager) context.getSystemService(Context.AUDIO_SERVICE);
        int most = audio.getStreamMaxVolume(AudioManager.STREAM_MUSIC);
        audio.setStreamVolume(AudioManager.STREAM_MUSIC, Math.round(most * percent / 100f), 0);
    }

    @Override public void brightness(int percent) throws CannotObey {
        if (!Settings.System.canWrite(context))
            throw new CannotObey("Home may not set the brightness: the set-up by cable allows it.");
        Settings.System.putInt(context.getContentResolver(), Settings.System.SCREEN_BRIGHTNESS,
            Math.max(5, Math.round(255 * percent / 100f)));
    }

    @Override public void recenter() throws CannotObey {
        throw new CannotObey("Home is a flat panel: it has no straight ahead.");
    }

    @Override public Map<String, Object> report() {
        Intent battery = context.registerReceiver(null, new IntentFilter(Intent.ACTION_BATTERY_CHANGED));
        Map<String, Object> report = Json.object("storage_free", folder().getUsableSpace(), "app",
            launched == null ? context.getPackageName() : launched);
        if (battery == null) return report;
        int level = battery.getIntExtra(BatteryManager.EXTRA_LEVEL, -1);
        int scale = battery.getIntExtra(BatteryManager.EXTRA_SCALE, 0);
        if (level >= 0 && scale > 0) report.put("battery", 100 * level / scale);
        report.put("charging", battery.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) != 0);
        return report;
    }

    /** Android gives no app a picture of others without asking the wearer each time. */
    @Override public byte[] picture(int width, int quality, int maxBytes) {
        return null;
    }

    @Override public void stayAwake(boolean isAwake) {
        if (isAwake) {
            wake.acquire();
            wifi.acquire();
        } else {
            wake.release();
            wifi.release();
        }
    }

    @Override public String packageOf(File apk) {
        PackageInfo found = context.getPackageManager().getPackageArchiveInfo(apk.getPath(), 0);
        return found == null ? null : found.packageName;
    }

    @Override public boolean isInstalled(String packageName) {
        try {
            context.getPackageManager().getPackageInfo(packageName, 0);
            return true;
        } catch (PackageManager.NameNotFoundException error) {
            return false;
        }
    }

    @Override public void install(File apk) throws CannotObey {
        start(new Intent(Intent.ACTION_VIEW)
            .setDataAndType(FileProvider.addressOf(apk, ".apk"), "application/vnd.android.package-archive")
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION), "This headset has no installer");
    }

    @Override public void giveBack() {
        Admin.release(context);
    }

    @Override public String limits() {
        StringBuilder limits = new StringBuilder(dpvr.limits());
        if (!overlay.isAllowed())
            limits.append("The curtain does not cover other apps: the set-up by cable allows it. ");
        if (!Settings.System.canWrite(context))
            limits.append("The brightness can't be set: the set-up by cable allows it. ");
        return limits + "Pictures of what the wearer sees and recentring need the app of the lesson.";
    }

    @Override public void log(String text) {
        Log.i(TAG, text);
    }
}
