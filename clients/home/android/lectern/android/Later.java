package lectern.android;

import android.app.Notification;
import android.app.NotificationManager;
import android.content.Context;
import android.content.Intent;
import android.media.MediaPlayer;
import android.os.Build;
import java.lang.reflect.InvocationTargetException;

/**
 * Reaches by name the parts of Android that are newer than API level 23, the newest that Debian has an
 * android.jar of. later.txt names each of them with its level, and a test compares the two.
 */
final class Later {
    private Later() {}

    static void createChannel(Context context, String id, String name) {
        try {
            Class<?> channel = Class.forName("android.app.NotificationChannel");
            Object made = channel.getConstructor(String.class, CharSequence.class, int.class)
                .newInstance(id, name, 2 /* IMPORTANCE_LOW: it makes no sound */);
            Object manager = context.getSystemService(Context.NOTIFICATION_SERVICE);
            NotificationManager.class.getMethod("createNotificationChannel", channel).invoke(manager, made);
        } catch (ReflectiveOperationException error) {
            throw fault(error);
        }
    }

    static Notification.Builder notification(Context context, String channel) {
        try {
            return Notification.Builder.class.getConstructor(Context.class, String.class).newInstance(context,
                channel);
        } catch (ReflectiveOperationException error) {
            throw fault(error);
        }
    }

    static void startForegroundService(Context context, Intent service) {
        try {
            Context.class.getMethod("startForegroundService", Intent.class).invoke(context, service);
        } catch (ReflectiveOperationException error) {
            throw fault(error);
        }
    }

    /** To the frame, and not to the last key frame, which may be seconds away. */
    static void seekClosest(MediaPlayer player, long positionMs) {
        try {
            MediaPlayer.class.getMethod("seekTo", long.class, int.class).invoke(player, positionMs,
                3 /* SEEK_CLOSEST */);
        } catch (ReflectiveOperationException error) {
            throw fault(error);
        }
    }

    /** Null where this Android tells apps none. */
    static String serialNumber() {
        try {
            return (String) Build.class.getMethod("getSerial").invoke(null);
        } catch (InvocationTargetException notAllowed) {
            return null;
        } catch (ReflectiveOperationException error) {
            throw fault(error);
        }
    }

    private static IllegalStateException fault(ReflectiveOperationException error) {
        return new IllegalStateException("this Android lacks what every Android since API level 26 has",
            error);
    }
}
