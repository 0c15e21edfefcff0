package lectern.android;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** What packaging/enroll-headsets sends over the cable: the extras box, key, code and pin, or give_back. */
public final class SetUpReceiver extends BroadcastReceiver {
    @Override public void onReceive(Context context, Intent intent) {
        Intent forward = new Intent(context, HomeService.class);
        if (intent.getExtras() != null) forward.putExtras(intent.getExtras());
        Later.startForegroundService(context, forward.setAction(HomeService.SET_UP));
    }
}
