package lectern.home;

/** One place where the wearer chooses or types. Of Home's thread. */
abstract class Pad {
    final Home home;
    String typed = "";
    String fault = ""; // what was wrong with it the last time

    Pad(Home home) {
        this.home = home;
    }

    abstract Screen screen();

    /** A key that types nothing. */
    abstract void chosen(String key);

    int longest() {
        return 40;
    }

    final void press(String key) {
        if (key.equals("erase")) {
            if (!typed.isEmpty()) typed = typed.substring(0, typed.length() - 1);
        } else if (key.length() == 1) {
            if (typed.length() < longest()) typed += key;
        } else {
            fault = "";
            chosen(key);
        }
    }

    /** "4 2 _ _ _ _", so that it can be read from far away. */
    static String places(String typed, int count, boolean isSecret) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < Math.max(count, typed.length()); ++i) {
            if (i > 0) out.append(' ');
            if (i >= typed.length()) out.append('_');
            else out.append(isSecret ? '•' : typed.charAt(i));
        }
        return out.toString();
    }
}
