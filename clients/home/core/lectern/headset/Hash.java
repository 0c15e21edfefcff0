package lectern.headset;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Sums and their letters. */
final class Hash {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private static final String DIGITS = "0123456789abcdef";

    private Hash() {}

    static MessageDigest sum(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException(error); // every Java and every Android has SHA-1 and SHA-256
        }
    }

    static String sha256(File file) throws IOException {
        MessageDigest sum = sum("SHA-256");
        try (InputStream input = new FileInputStream(file)) {
            byte[] some = new byte[65536];
            for (int count = input.read(some); count >= 0; count = input.read(some))
                sum.update(some, 0, count);
        }
        return hex(sum.digest());
    }

    static String hex(byte[] bytes) {
        StringBuilder out = new StringBuilder(2 * bytes.length);
        for (byte one : bytes) out.append(DIGITS.charAt((one >> 4) & 15)).append(DIGITS.charAt(one & 15));
        return out.toString();
    }

    /** Android's Base64 and the JDK's are different classes, and the JDK's came to Android late. */
    static String base64(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < bytes.length; i += 3) {
            int bits = 0;
            for (int k = 0; k < 3; ++k) bits = bits << 8 | (i + k < bytes.length ? bytes[i + k] & 255 : 0);
            for (int k = 0; k < 4; ++k)
                out.append(i + k <= bytes.length ? LETTERS.charAt(bits >> (18 - 6 * k) & 63) : '=');
        }
        return out.toString();
    }
}
