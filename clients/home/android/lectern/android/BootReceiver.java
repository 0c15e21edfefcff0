package lectern.android;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** The headset was started, or Home was updated. */
public final class BootReceiver extends BroadcastReceiver {
    @Override public void onReceive(Context context, Intent intent) {
        Later.startForegroundService(context, new Intent(context, HomeService.class));
    }
}
