package lectern.headset;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Keeps what the student did on disk until the box has it on its own. In its folder
 *
 *   NUMBER.open    events as they come, one JSON object a line; at most one such file
 *   NUMBER.batch   a sealed batch, byte for byte as it is sent; it goes when the box has answered
 *
 * A batch stays the same under its identity until it is answered: sent twice, it is stored once. Its identity
 * is something random for each start of the app, and a number that counts the batches of that start. One is
 * on its way at a time. After a power cut the box says which it has. When more than `most` events are kept,
 * the oldest batches go, though not the one on its way: recent events still help the teacher.
 *
 * An event is handed to the system at once, so it outlives the app; {@link #sync} makes it outlive a dead
 * battery.
 */
final class EventStore {
    static final class Batch {
        final String id;
        final Map<String, Object> data; // of the message
        final int events;
        final long number;

        Batch(long number, Map<String, Object> data) {
            this.number = number;
            this.data = data;
            this.id = idOf(data);
            this.events = Json.objects(data, "events").size();
        }

        /** For a box that knows no numbers yet; one that does keeps it under the same id. */
        Map<String, Object> named() {
            return Json.object("batch_id", id, "run_id", data.get("run_id"), "events", data.get("events"));
        }
    }

    private static final int LARGEST_EVENT = 64 << 10; // bytes
    private static final int LARGEST_BATCH = 512 << 10;

    private static final class Event {
        final Map<String, Object> fields;
        final boolean isOfThisStart; // then its own time still means something

        Event(Map<String, Object> fields, boolean isOfThisStart) {
            this.fields = fields;
            this.isOfThisStart = isOfThisStart;
        }
    }

    private final File folder;
    private final int most;
    private final int inBatch;
    private final String bootId;
    private final ArrayDeque<Long> sealed = new ArrayDeque<Long>(); // numbers, the oldest first
    // events of a sealed batch
    private final LinkedHashMap<Long, Integer> counts = new LinkedHashMap<Long, Integer>();
    private final List<Event> open = new ArrayList<Event>();
    private long openNumber = 1;
    private final long numberBefore; // of the last file of an earlier start
    private final Map<Long, String> ids = new HashMap<Long, String>(); // of sealed batches
    private FileOutputStream openFile; // null: nothing written yet
    private int inSealed = 0;
    private Batch sent; // and not answered
    private boolean isSaid = false;
    private long dropped = 0;

    EventStore(File folder) throws IOException {
        this(folder, 5000, 200, UUID.randomUUID().toString());
    }

    EventStore(File folder, int most, int inBatch, String bootId) throws IOException {
        this.folder = folder;
        this.most = most;
        this.inBatch = inBatch;
        this.bootId = bootId;
        if (!folder.isDirectory() && !folder.mkdirs())
            throw new IOException("cannot make the folder " + folder);
        load();
        numberBefore = openNumber - 1;
    }

    static String idOf(Map<String, Object> data) {
        String ofOlder = Json.text(data, "batch_id", null); // kept by an earlier version of this library
        return ofOlder != null ? ofOlder : Json.text(data, "boot_id", "") + "/" + (long) Json.number(data,
            "number", 0);
    }

    synchronized int size() {
        return open.size() + inSealed;
    }

    synchronized long dropped() {
        return dropped;
    }

    synchronized boolean isFull() {
        return sent == null && (open.size() >= inBatch || !sealed.isEmpty());
    }

    /**
     * Something that the student did. `offsetMs` is the best guess so far, in case the app ends before it is
     * sent; when it is sure, because the box has been heard, a full batch is sealed at once.
     */
    synchronized void add(Long runId, double ownMs, double offsetMs, boolean isSure,
        Map<String, Object> fields) throws IOException {
        Map<String, Object> event = new LinkedHashMap<String, Object>(fields);
        event.put("at_ms", ownMs + offsetMs);
        event.put("sent_ms", ownMs);
        if (runId != null) event.put("run_id", runId); // taken out again when the batch is sealed
        // reports a fault of the app to the app now
        byte[] line = (Json.write(event) + "\n").getBytes(Box.UTF_8);
        if (line.length > LARGEST_EVENT) throw new JsonError("an event has at most 64 KiB");
        if (openFile == null) openFile = new FileOutputStream(file(openNumber, "open"), true);
        openFile.write(line);
        open.add(new Event(event, true));
        if (open.size() >= (isSure ? inBatch : most)) seal(offsetMs);
        dropOldest();
    }

    /** Makes what was added outlive a power cut. */
    synchronized void sync() throws IOException {
        if (openFile != null) openFile.getFD().sync();
    }

    /**
     * The batch to send now, or null. Events get their server time only here: it is known better than when
     * they happened.
     */
    synchronized Batch next(double offsetMs) throws IOException {
        if (sent == null && sealed.isEmpty() && !open.isEmpty()) seal(offsetMs);
        if (sent == null) {
            sent = readOldest();
            isSaid = false;
        }
        if (sent == null || isSaid) return null;
        isSaid = true;
        return sent;
    }

    /** The box has it, or will never take it. */
    synchronized void finished(String id) {
        if (sent == null || !sent.id.equals(id)) return;
        remove(sent.number);
        sent = null;
    }

    /** What the box says it has of each start: `{boot_id, up_to, beyond}`. Nothing of that is sent again. */
    synchronized void stored(List<Map<String, Object>> ofStarts) {
        for (Map<String, Object> start : ofStarts) {
            String prefix = Json.text(start, "boot_id", "") + "/";
            double upTo = Json.number(start, "up_to", 0);
            for (Long number : new ArrayList<Long>(sealed)) {
                String id = ids.get(number);
                if (!id.startsWith(prefix)) continue;
                long ofStart = Long.parseLong(id.substring(prefix.length()));
                Object beyond = start.get("beyond");
                boolean isBeyond = beyond instanceof List && ((List<?>) beyond).contains(ofStart);
                if (ofStart > upTo && !isBeyond) continue;
                if (sent != null && sent.number == number) sent = null;
                remove(number);
            }
        }
    }

    /** It may not have arrived, or the box cannot take it now. */
    synchronized void again() {
        isSaid = false;
    }

    synchronized void close() throws IOException {
        if (openFile != null) openFile.close();
        openFile = null;
    }

    private File file(long number, String kind) {
        return new File(folder, number + "." + kind);
    }

    /** Writes the oldest open events of one run, `inBatch` at most, as a batch; the others stay open. */
    private void seal(double offsetMs) throws IOException {
        Long runId = Json.wholeOrNull(open.get(0).fields, "run_id");
        List<Map<String, Object>> events = new ArrayList<Map<String, Object>>();
        int bytes = 0;
        while (events.size() < inBatch && events.size() < open.size()) {
            Event event = open.get(events.size());
            bytes += Json.write(event.fields).length(); // characters, which is near enough
            if (bytes > LARGEST_BATCH && !events.isEmpty()) break;
            Long ofRun = Json.wholeOrNull(event.fields, "run_id");
            if (runId == null ? ofRun != null : !runId.equals(ofRun)) break;
            Map<String, Object> fields = new LinkedHashMap<String, Object>(event.fields);
            fields.remove("run_id");
            if (event.isOfThisStart) fields.put("at_ms", Json.number(fields, "sent_ms") + offsetMs);
            events.add(fields);
        }
        List<Event> rest = new ArrayList<Event>(open.subList(events.size(), open.size()));
        long number = openNumber;
        String text = Json.write(Json.object("boot_id", bootId, "number", number - numberBefore, "run_id",
            runId,
            "events", events));
        // The rest first under the next number, then the batch, then the old lines go. After a power cut in
        // between both are there, and load() knows which of them count.
        close();
        if (!rest.isEmpty()) Files.replace(file(number + 1, "open"), linesOf(rest));
        Files.replace(file(number, "batch"), text);
        file(number, "open").delete();
        openNumber = number + 1;
        open.clear();
        open.addAll(rest);
        know(number, events.size(), bootId + "/" + (number - numberBefore));
    }

    private static String linesOf(List<Event> events) throws JsonError {
        StringBuilder lines = new StringBuilder();
        for (Event event : events) lines.append(Json.write(event.fields)).append('\n');
        return lines.toString();
    }

    private void know(long number, int events, String id) {
        sealed.add(number);
        ids.put(number, id);
        counts.put(number, events);
        inSealed += events;
    }

    private void remove(long number) {
        file(number, "batch").delete();
        sealed.remove(number);
        ids.remove(number);
        Integer count = counts.remove(number);
        if (count != null) inSealed -= count;
    }

    private void dropOldest() throws IOException {
        while (size() > most) {
            Long oldest = null;
            for (Long number : sealed)
                if (oldest == null && (sent == null || sent.number != number)) oldest = number;
            if (oldest == null) {
                if (open.size() <= 1) return;
                seal(0); // it is dropped next: its times don't matter
                continue;
            }
            dropped += counts.get(oldest);
            remove(oldest);
        }
    }

    private Batch readOldest() throws IOException {
        while (!sealed.isEmpty()) {
            long number = sealed.peek();
            try {
                return new Batch(number, Json.readObject(Files.read(file(number, "batch"))));
            } catch (JsonError damaged) { // by the disk: nobody can read it any more
                dropped += counts.get(number);
                remove(number);
            }
        }
        return null;
    }

    private void load() throws IOException {
        List<Long> batches = Files.numbers(folder, "batch"), opens = Files.numbers(folder, "open");
        for (long number : batches) {
            Map<String, Object> batch;
            try {
                batch = Json.readObject(Files.read(file(number, "batch")));
            } catch (JsonError damaged) {
                batch = Json.object(); // readOldest drops it
            }
            know(number, Json.objects(batch, "events").size(), idOf(batch));
            openNumber = Math.max(openNumber, number + 1);
        }
        // Of a seal that was cut off before its batch was written, the newer lines are copies of the older
        // ones.
        boolean isFirst = true;
        for (long number : opens) {
            if (batches.contains(number) || !isFirst) file(number, "open").delete();
            else {
                isFirst = false;
                readLines(file(number, "open"));
                openNumber = Math.max(openNumber, number);
            }
        }
    }

    private void readLines(File file) throws IOException {
        String text = Files.read(file);
        int end = text.lastIndexOf('\n') + 1; // a line without its end was being written
        for (String line : text.substring(0, end).split("\n")) {
            if (line.isEmpty()) continue;
            try {
                open.add(new Event(Json.readObject(line), false));
            } catch (JsonError damaged) {
                ++dropped;
            }
        }
        if (end < text.length()) Files.replace(file, text.substring(0, end));
    }
}
