package lectern.home;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import lectern.headset.Files;
import lectern.headset.Json;
import lectern.headset.JsonError;

/** What Home remembers: the box, its key, the token, and who this headset is. In one file, home.json. */
final class Settings {
    /** What devices answer that have no serial number to give: two of them would replace each other. */
    private static final Set<String> PLACEHOLDERS = new HashSet<String>(
        Arrays.asList("", "unknown", "0123456789abcdef", "null", "none", "default", "android", "serial",
            "1234567890"));

    private final File file;
    private final Map<String, Object> values;

    Settings(File folder) throws IOException {
        file = new File(folder, "home.json");
        Map<String, Object> found = Json.object();
        if (file.exists()) {
            try {
                found = Json.readObject(Files.read(file));
            } catch (JsonError damaged) {
                throw new IOException(file + " is damaged: " + damaged.getMessage(), damaged);
            }
        }
        values = found;
    }

    /** Null where it has not been set. */
    String get(String name) {
        return Json.text(values, name, null);
    }

    /** Null forgets it. On disk when this returns. */
    void set(String name, String value) throws IOException {
        if (value == null) values.remove(name);
        else values.put(name, value);
        Files.replace(file, Json.write(values));
    }

    /**
     * The device's own serial number where it has a real one; otherwise something random. Whichever it was
     * the first time stays, because the box knows the headset by it.
     */
    String serialNumber(String ofDevice) throws IOException {
        if (get("id") == null && isReal(ofDevice)) set("id", ofDevice);
        if (get("id") == null)
            set("id", "HOME-" + UUID.randomUUID().toString().substring(0, 13).toUpperCase(Locale.ROOT));
        return get("id");
    }

    static boolean isReal(String serialNumber) {
        if (serialNumber == null || PLACEHOLDERS.contains(serialNumber.trim().toLowerCase(Locale.ROOT)))
            return false;
        return !serialNumber.trim().matches("(.)\\1*"); // all one letter
    }
}
