package lectern.home;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import lectern.headset.OwnClock;

/**
 * The PIN that ends what binds a headset to its school. Kept as a salted hash; five wrong ones cost a minute.
 */
final class GiveBack {
    private static final int ROUNDS = 20000;
    private static final int MOST_WRONG = 5;
    private static final double PAUSE_MS = 60000;

    private final Settings settings;
    private final OwnClock clock;
    private int wrong = 0;
    private double closedUntilMs = Double.NEGATIVE_INFINITY;

    GiveBack(Settings settings, OwnClock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    void setPin(String pin) throws IOException {
        byte[] salt = new byte[16];
        new SecureRandom().nextBytes(salt);
        settings.set("give_back", hex(salt) + " " + hash(pin, salt));
    }

    /** Null: it is right. Otherwise why not. */
    String fault(String pin) {
        String kept = settings.get("give_back");
        if (kept == null) return "No PIN was set. packaging/enroll-headsets gives it back by cable.";
        if (clock.nowMs() < closedUntilMs) return "Too many tries. Wait a minute.";
        String[] parts = kept.split(" ");
        if (hash(pin, bytes(parts[0])).equals(parts[1])) return null;
        if (++wrong % MOST_WRONG == 0) closedUntilMs = clock.nowMs() + PAUSE_MS;
        return "That PIN is wrong.";
    }

    private static String hash(String pin, byte[] salt) {
        try {
            return hex(SecretKeyFactory.getInstance("PBKDF2WithHmacSHA1")
                .generateSecret(new PBEKeySpec(pin.toCharArray(), salt, ROUNDS, 160)).getEncoded());
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error); // every Java and every Android has it
        }
    }

    private static String hex(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (byte one : bytes)
            out.append(Character.forDigit(one >> 4 & 15, 16)).append(Character.forDigit(one & 15, 16));
        return out.toString();
    }

    private static byte[] bytes(String hex) {
        byte[] found = new byte[hex.length() / 2];
        for (int i = 0; i < found.length; ++i)
            found[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        return found;
    }
}
