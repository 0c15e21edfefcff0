package lectern.android;

import android.content.Context;
import android.media.MediaPlayer;
import android.media.PlaybackParams;
import android.net.Uri;
import android.view.Surface;
import android.view.SurfaceHolder;
import java.io.IOException;
import lectern.headset.CannotObey;

/** Plays a flat film on the panel, from one position at one speed. Any thread. */
final class Film implements MediaPlayer.OnPreparedListener, MediaPlayer.OnErrorListener,
    SurfaceHolder.Callback {
    private final Context context;
    private MediaPlayer player; // null: none is open
    private boolean isReady = false, isWanted = false;
    private double wantedMs = 0;
    private Surface surface;
    private String fault;

    Film(Context context) {
        this.context = context;
    }

    synchronized void load(String address) throws CannotObey {
        close();
        player = new MediaPlayer();
        player.setOnPreparedListener(this);
        player.setOnErrorListener(this);
        try {
            player.setDataSource(context, Uri.parse(address));
            if (surface != null) player.setSurface(surface);
            player.prepareAsync();
        } catch (IOException error) {
            close();
            throw new CannotObey("The film cannot be opened: " + error.getMessage());
        }
    }

    synchronized void play(double positionMs) throws CannotObey {
        isWanted = true;
        go(positionMs);
    }

    synchronized void pause(double positionMs) throws CannotObey {
        isWanted = false;
        go(positionMs);
    }

    private void go(double positionMs) throws CannotObey {
        if (fault != null) throw new CannotObey(fault);
        wantedMs = positionMs;
        if (!isReady) return; // onPrepared goes there
        Later.seekClosest(player, (long) positionMs);
        if (isWanted) player.start();
        else if (player.isPlaying()) player.pause();
    }

    synchronized void speed(double rate) {
        if (isReady && player.isPlaying())
            player.setPlaybackParams(new PlaybackParams().setSpeed((float) rate));
    }

    synchronized Double positionMs() {
        return isReady ? Double.valueOf(player.getCurrentPosition()) : null;
    }

    synchronized void close() {
        if (player != null) player.release();
        player = null;
        isReady = false;
        isWanted = false;
        fault = null;
    }

    @Override public synchronized void onPrepared(MediaPlayer prepared) {
        if (prepared != player) return;
        isReady = true;
        try {
            go(wantedMs);
        } catch (CannotObey error) {
            fault = error.getMessage();
        }
    }

    @Override public synchronized boolean onError(MediaPlayer failed, int what, int extra) {
        if (failed != player) return true;
        isReady = false;
        fault = "This headset cannot play the film (" + what + ", " + extra + ").";
        return true;
    }

    @Override public synchronized void surfaceCreated(SurfaceHolder holder) {
        surface = holder.getSurface();
        if (player != null) player.setSurface(surface);
    }

    @Override public void surfaceChanged(SurfaceHolder holder, int format, int width, int height) {}

    @Override public synchronized void surfaceDestroyed(SurfaceHolder holder) {
        surface = null;
        if (player != null) player.setSurface(null);
    }
}
