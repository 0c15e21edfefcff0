package lectern.home;

import java.util.ArrayList;
import java.util.List;

/**
 * What to show: a title, a text, what has been typed, and a grid of large keys that a controller can point
 * at.
 */
public final class Screen {
    public static final class Key {
        public final String id; // what Home hears when it is pressed
        public final String label;

        Key(String id, String label) {
            this.id = id;
            this.label = label;
        }
    }

    public final String title;
    public final String text;
    public final String typed; // null: nothing is typed here
    public final int columns;
    public final List<Key> keys = new ArrayList<Key>();

    Screen(String title, String text, String typed, int columns) {
        this.title = title;
        this.text = text;
        this.typed = typed;
        this.columns = columns;
    }

    Screen key(String id, String label) {
        keys.add(new Key(id, label));
        return this;
    }

    /** A key for each letter. */
    Screen letters(String letters) {
        for (int i = 0; i < letters.length(); ++i)
            key(letters.substring(i, i + 1), letters.substring(i, i + 1));
        return this;
    }

    Screen digits() {
        return letters("123456789").key("erase", "⌫").letters("0").key("enter", "OK");
    }
}
