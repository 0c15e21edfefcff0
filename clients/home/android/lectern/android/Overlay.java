package lectern.android;

import android.content.Context;
import android.graphics.Color;
import android.graphics.PixelFormat;
import android.media.AudioManager;
import android.media.ToneGenerator;
import android.os.Handler;
import android.provider.Settings;
import android.util.TypedValue;
import android.view.Gravity;
import android.view.WindowManager;
import android.widget.TextView;

/** Text over whatever app is in front: the curtain, messages, the blinking. Of the main thread. */
final class Overlay {
    // WindowManager's TYPE_APPLICATION_OVERLAY, since API level 26
    private static final int APPLICATION_OVERLAY = 2038;
    private static final int BLINK_MS = 500;

    private final Context context;
    private final Handler main;
    private final WindowManager windows;
    private final AudioManager audio;
    private TextView curtain, message;
    private int blinks = 0;

    Overlay(Context context, Handler main) {
        this.context = context;
        this.main = main;
        windows = (WindowManager) context.getSystemService(Context.WINDOW_SERVICE);
        audio = (AudioManager) context.getSystemService(Context.AUDIO_SERVICE);
    }

    boolean isAllowed() {
        return Settings.canDrawOverlays(context);
    }

    void curtain(String text) {
        if (curtain != null) windows.removeView(curtain);
        curtain = null;
        audio.adjustStreamVolume(AudioManager.STREAM_MUSIC,
            text == null ? AudioManager.ADJUST_UNMUTE : AudioManager.ADJUST_MUTE, 0);
        if (text == null || !isAllowed()) return;
        curtain = view(text, Color.BLACK);
        windows.addView(curtain, place(WindowManager.LayoutParams.MATCH_PARENT, 0));
    }

    void message(String text, long forMs) {
        hideMessage();
        if (!isAllowed()) return;
        message = view(text, Color.rgb(29, 78, 216));
        windows.addView(message, place(WindowManager.LayoutParams.WRAP_CONTENT,
            WindowManager.LayoutParams.FLAG_NOT_TOUCHABLE));
        final TextView shown = message;
        main.postDelayed(new Runnable() {
            @Override public void run() {
                if (message == shown) hideMessage();
            }
        }, forMs);
    }

    void identify(long forMs) {
        blinks = (int) (forMs / BLINK_MS);
        blink();
    }

    private void blink() {
        hideMessage();
        if (--blinks < 0) return;
        if (blinks % 2 == 0 && isAllowed()) {
            message = view("", Color.YELLOW);
            windows.addView(message, place(WindowManager.LayoutParams.MATCH_PARENT,
                WindowManager.LayoutParams.FLAG_NOT_TOUCHABLE));
        }
        if (blinks % 2 == 0) beep();
        main.postDelayed(new Runnable() {
            @Override public void run() {
                blink();
            }
        }, BLINK_MS);
    }

    private void beep() {
        final ToneGenerator tone = new ToneGenerator(AudioManager.STREAM_MUSIC, 100);
        tone.startTone(ToneGenerator.TONE_PROP_BEEP2);
        main.postDelayed(new Runnable() {
            @Override public void run() {
                tone.release();
            }
        }, BLINK_MS);
    }

    private void hideMessage() {
        if (message != null) windows.removeView(message);
        message = null;
    }

    private TextView view(String text, int color) {
        TextView view = new TextView(context);
        view.setText(text);
        view.setTextColor(Color.WHITE);
        view.setTextSize(TypedValue.COMPLEX_UNIT_SP, 36);
        view.setGravity(Gravity.CENTER);
        view.setBackgroundColor(color);
        view.setPadding(40, 40, 40, 40);
        return view;
    }

    private static WindowManager.LayoutParams place(int size, int flags) {
        WindowManager.LayoutParams place = new WindowManager.LayoutParams(size, size, APPLICATION_OVERLAY,
            WindowManager.LayoutParams.FLAG_NOT_FOCUSABLE | flags, PixelFormat.TRANSLUCENT);
        place.gravity = Gravity.CENTER;
        return place;
    }
}
