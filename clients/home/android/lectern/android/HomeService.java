package lectern.android;

import android.app.Service;
import android.app.PendingIntent;
import android.content.Intent;
import android.os.Binder;
import android.os.IBinder;
import java.io.IOException;
import lectern.home.Home;

/** Holds Home while the headset is on, whatever app is in front. */
public final class HomeService extends Service {
    static final String SET_UP = "org.lectern.home.SET_UP";
    private static final String CHANNEL = "lectern";

    /** The panel binds to this. */
    final class Local extends Binder {
        AndroidPlatform platform() {
            return platform;
        }

        Home home() {
            return home;
        }
    }

    private AndroidPlatform platform;
    private Home home;

    @Override public void onCreate() {
        Later.createChannel(this, CHANNEL, "Lectern");
        PendingIntent open = PendingIntent.getActivity(this, 0, new Intent(this, PanelActivity.class), 0);
        startForeground(1, Later.notification(this, CHANNEL).setContentTitle("Lectern")
            .setSmallIcon(android.R.drawable.ic_menu_view).setContentIntent(open).build());
        platform = new AndroidPlatform(this);
        try {
            home = new Home(platform);
        } catch (IOException error) {
            // the report says which file; nothing works without its folder
            throw new IllegalStateException(error);
        }
        platform.setHome(home);
        home.start();
    }

    @Override public int onStartCommand(Intent intent, int flags, int id) {
        boolean isSetUp = intent != null && SET_UP.equals(intent.getAction());
        if (isSetUp && intent.hasExtra("give_back")) home.giveBackByCable();
        else if (isSetUp)
            home.setUp(intent.getStringExtra("box"), intent.getStringExtra("key"),
                intent.getStringExtra("code"),
                intent.getStringExtra("pin"));
        return START_STICKY;
    }

    @Override public IBinder onBind(Intent intent) {
        return new Local();
    }

    @Override public void onDestroy() {
        home.stop();
        platform.close();
    }
}
