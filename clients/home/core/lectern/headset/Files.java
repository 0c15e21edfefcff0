package lectern.headset;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Files that are whole or not there, whatever ends the app. */
public final class Files {
    private Files() {}

    public static String read(File file) throws IOException {
        try (InputStream input = new FileInputStream(file)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] some = new byte[8192];
            for (int count = input.read(some); count >= 0; count = input.read(some))
                all.write(some, 0, count);
            return all.toString("UTF-8");
        }
    }

    /**
     * Once this returns, the file has this text, even after a power cut; until then it has what it had
     * before.
     */
    public static void replace(File file, String text) throws IOException {
        File part = new File(file.getPath() + ".part");
        try (FileOutputStream output = new FileOutputStream(part)) {
            output.write(text.getBytes(Box.UTF_8));
            output.getFD().sync();
        }
        if (!part.renameTo(file)) throw new IOException("cannot rename " + part + " to " + file);
    }

    /** The NUMBERs of files called NUMBER.KIND, the smallest first. */
    static List<Long> numbers(File folder, String kind) {
        List<Long> found = new ArrayList<Long>();
        String[] names = folder.list();
        if (names == null) return found;
        for (String name : names)
            if (name.matches("[0-9]{1,18}\\." + kind))
                found.add(Long.valueOf(name.substring(0, name.indexOf('.'))));
        Collections.sort(found);
        return found;
    }
}
