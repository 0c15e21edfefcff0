package lectern.android;

import android.content.Context;
import android.graphics.Color;
import android.util.TypedValue;
import android.view.Gravity;
import android.view.SurfaceHolder;
import android.view.SurfaceView;
import android.view.View;
import android.widget.Button;
import android.widget.FrameLayout;
import android.widget.GridLayout;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import android.widget.TextView;
import lectern.home.Home;
import lectern.home.Screen;

/** Draws a Screen: large enough for a controller's ray. Of the main thread. */
final class Panel {
    private final Context context;
    private final FrameLayout all;
    private final SurfaceView film;
    private final ScrollView pad;
    private final LinearLayout column;
    private final TextView cover;
    private Home home;

    Panel(Context context) {
        this.context = context;
        all = new FrameLayout(context);
        film = new SurfaceView(context);
        column = new LinearLayout(context);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setGravity(Gravity.CENTER);
        pad = new ScrollView(context);
        pad.setFillViewport(true);
        pad.setBackgroundColor(Color.rgb(15, 23, 42));
        pad.addView(column);
        cover = text("", 36);
        cover.setBackgroundColor(Color.BLACK);
        cover.setVisibility(View.GONE);
        all.addView(film);
        all.addView(pad);
        all.addView(cover, new FrameLayout.LayoutParams(FrameLayout.LayoutParams.MATCH_PARENT,
            FrameLayout.LayoutParams.MATCH_PARENT));
    }

    View view() {
        return all;
    }

    void setHome(Home home) {
        this.home = home;
    }

    SurfaceHolder film() {
        return film.getHolder();
    }

    void showFilm(boolean isFilm) {
        pad.setVisibility(isFilm ? View.GONE : View.VISIBLE);
    }

    /** Over the panel and its film, where Android lets nothing be drawn over other apps; null: away. */
    void cover(String text) {
        cover.setText(text);
        cover.setVisibility(text == null ? View.GONE : View.VISIBLE);
    }

    void show(Screen screen) {
        column.removeAllViews();
        column.addView(text(screen.title, 28));
        column.addView(text(screen.text, 18));
        if (screen.typed != null) column.addView(text(screen.typed, 44));
        GridLayout grid = new GridLayout(context);
        grid.setColumnCount(screen.columns);
        for (final Screen.Key key : screen.keys) {
            Button button = new Button(context);
            button.setText(key.label);
            button.setAllCaps(false);
            button.setTextSize(TypedValue.COMPLEX_UNIT_SP, 24);
            button.setMinWidth(pixels(96));
            button.setMinHeight(pixels(72));
            button.setOnClickListener(new View.OnClickListener() {
                @Override public void onClick(View view) {
                    home.press(key.id);
                }
            });
            grid.addView(button);
        }
        LinearLayout.LayoutParams middle = new LinearLayout.LayoutParams(
            LinearLayout.LayoutParams.WRAP_CONTENT, LinearLayout.LayoutParams.WRAP_CONTENT);
        middle.gravity = Gravity.CENTER_HORIZONTAL;
        column.addView(grid, middle);
    }

    private TextView text(String what, int size) {
        TextView view = new TextView(context);
        view.setText(what);
        view.setTextColor(Color.WHITE);
        view.setTextSize(TypedValue.COMPLEX_UNIT_SP, size);
        view.setGravity(Gravity.CENTER);
        view.setPadding(0, pixels(8), 0, pixels(8));
        return view;
    }

    private int pixels(int dp) {
        return (int) (dp * context.getResources().getDisplayMetrics().density);
    }
}
