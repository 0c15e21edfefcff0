package lectern.headset;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a camera has read: a box and the digits to pair with, or a login card. */
public final class Qr {
    private static final Pattern PAIRING =
        Pattern.compile("(https?://[^\\s?#]+)/index/\\?code=([0-9]{6})");
    private static final Pattern CARD = Pattern.compile("lectern-card:(\\S+)");

    public final String box;  // with `code`, or null
    public final String code;
    public final String card; // for {"card": card} of headset.sign_in, or null

    private Qr(String box, String code, String card) {
        this.box = box;
        this.code = code;
        this.card = card;
    }

    /** Null: it is not for a headset. */
    public static Qr read(String text) {
        Matcher pairing = PAIRING.matcher(text), card = CARD.matcher(text);
        if (pairing.matches()) return new Qr(pairing.group(1), pairing.group(2), null);
        return card.matches() ? new Qr(null, null, card.group(1)) : null;
    }
}
