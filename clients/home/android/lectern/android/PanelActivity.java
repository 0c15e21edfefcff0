package lectern.android;

import android.app.Activity;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.ServiceConnection;
import android.os.Bundle;
import android.os.IBinder;
import android.view.View;
import android.view.WindowManager;

/** The window of Home: the panel, or the film of a lesson. */
public final class PanelActivity extends Activity implements ServiceConnection {
    private Panel panel;
    private HomeService.Local service;

    @Override protected void onCreate(Bundle state) {
        super.onCreate(state);
        getWindow().addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON);
        panel = new Panel(this);
        setContentView(panel.view());
        Intent home = new Intent(this, HomeService.class);
        Later.startForegroundService(this, home);
        bindService(home, this, Context.BIND_AUTO_CREATE);
    }

    @Override public void onServiceConnected(ComponentName name, IBinder binder) {
        service = (HomeService.Local) binder;
        panel.setHome(service.home());
        service.platform().setPanel(panel);
    }

    @Override public void onServiceDisconnected(ComponentName name) {
        service = null;
    }

    @Override protected void onResume() {
        super.onResume();
        getWindow().getDecorView().setSystemUiVisibility(View.SYSTEM_UI_FLAG_FULLSCREEN
            | View.SYSTEM_UI_FLAG_HIDE_NAVIGATION | View.SYSTEM_UI_FLAG_IMMERSIVE_STICKY);
    }

    /** There is nothing behind the panel. */
    @Override public void onBackPressed() {}

    @Override protected void onDestroy() {
        if (service != null) service.platform().setPanel(null);
        unbindService(this);
        super.onDestroy();
    }
}
