package lectern.headset;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

/**
 * Writes down why the app ended, and hands it to the box as an event once a lesson runs again. In its folder
 * NUMBER.crash: the thread, the exception, where it happened. At most 5 wait; the oldest say most about what
 * began it, so new ones are not written then.
 */
public final class Crashes implements Thread.UncaughtExceptionHandler {
    private static final int MOST = 5;
    private static final int LONGEST = 4000; // characters: the box takes events of a few KiB

    private final File folder;
    private final Thread.UncaughtExceptionHandler before;

    public Crashes(File folder, Thread.UncaughtExceptionHandler before) throws IOException {
        this.folder = folder;
        this.before = before;
        if (!folder.isDirectory() && !folder.mkdirs())
            throw new IOException("cannot make the folder " + folder);
    }

    /** From now on, of every thread; the system's own handler still ends the app. */
    public void watch() {
        Thread.setDefaultUncaughtExceptionHandler(this);
    }

    @Override public void uncaughtException(Thread thread, Throwable error) {
        try {
            write(thread.getName(), error);
        } catch (IOException diskIsFull) {
            // The app is ending: there is nobody left to tell.
        } finally {
            if (before != null) before.uncaughtException(thread, error);
        }
    }

    void write(String thread, Throwable error) throws IOException {
        List<Long> there = Files.numbers(folder, "crash");
        if (there.size() >= MOST) return;
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace));
        String text = trace.toString();
        long number = there.isEmpty() ? 1 : there.get(there.size() - 1) + 1;
        Files.replace(new File(folder, number + ".crash"),
            Json.write(Json.object("thread", thread, "error", error.toString(),
            "trace", text.substring(0, Math.min(LONGEST, text.length())))));
    }

    public int waiting() {
        return Files.numbers(folder, "crash").size();
    }

    /**
     * Hands them to the headset as events of kind "crash". Call it when a lesson runs, because events belong
     * to a run.
     */
    public void tell(Headset headset) throws IOException {
        for (long number : Files.numbers(folder, "crash")) {
            File file = new File(folder, number + ".crash");
            Map<String, Object> crash;
            try {
                crash = Json.readObject(Files.read(file));
            } catch (JsonError damaged) {
                crash = Json.object("error", "the report of a crash is damaged");
            }
            headset.event("crash", Json.object("data", crash)); // on disk now, so the file may go
            file.delete();
        }
    }
}
