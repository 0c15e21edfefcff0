package lectern.headset;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Videos and apps that the teacher has headsets fetch beforehand: one after the other, in pieces, going on
 * where a break left it, and checked by SHA-256. In its folder
 *
 *   SHA256.part    what has arrived
 *   SHA256.whole   complete and checked
 *   names.json     which address was which file
 *
 * Call {@link #welcome} on each connection, {@link #wanted} on {@link HeadsetApp#contentWanted}.
 */
public final class Content {
    private static final long KEPT_FREE = 64L << 20;
    private static final int MOST_PIECE = 1 << 20;
    private static final int MOST_WANTED = 1000;

    private static final class Item {
        final String url, sha256;
        final long size;

        Item(Map<String, Object> json) throws JsonError {
            url = Json.text(json, "url");
            sha256 = Json.text(json, "sha256");
            size = Json.whole(json, "size");
            if (!sha256.matches("[0-9a-f]{64}") || size < 0) throw new JsonError("no content: " + json);
        }
    }

    private final Box box;
    private final String token;
    private final File folder;
    private final Headset headset;
    private final Map<String, Item> waiting = new LinkedHashMap<String, Item>(); // by SHA-256
    private final Map<String, Object> names; // SHA-256 by address
    private int pieceBytes = MOST_PIECE;
    private boolean isStopped = false;
    private long reportAtNs = 0;
    private int lists = 0; // so many have come
    private final Thread thread = new Thread("lectern-content") {
        @Override public void run() {
            live();
        }
    };

    /** `headset` carries the reports; `folder` is this headset's alone. */
    public Content(Headset headset, String token, File folder) throws IOException {
        this.headset = headset;
        this.box = headset.box();
        this.token = token;
        this.folder = folder;
        if (!folder.isDirectory() && !folder.mkdirs())
            throw new IOException("cannot make the folder " + folder);
        File index = new File(folder, "names.json");
        Map<String, Object> found = Json.object();
        try {
            if (index.exists()) found = Json.readObject(Files.read(index));
        } catch (JsonError damaged) {
            index.delete(); // the next content.fetch names everything again
        }
        names = found;
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    public synchronized void stop() {
        isStopped = true;
        notifyAll();
    }

    /** The box has said welcome: tell it all that is here. It answers what to fetch. */
    public void welcome() {
        List<Map<String, Object>> items = new ArrayList<Map<String, Object>>();
        for (File file : wholes())
            items.add(Json.object("sha256", nameOf(file), "state", "whole", "received_bytes", file.length()));
        final int before = lists();
        headset.say("content.report", Json.object("items", items, "complete", true), false,
            new Answer.Taker() {
            @Override public void answered(Answer answer) {
                // A list that came meanwhile is newer than the answer, which may have been made before it.
                if (answer.isGood() && lists() == before)
                    wanted((int) Json.number(answer.data, "piece_bytes", MOST_PIECE),
                        Json.objects(answer.data, "items"));
            }
        });
    }

    /** Replaces what was wanted before. */
    public synchronized void wanted(int pieceBytes, List<Map<String, Object>> items) {
        ++lists;
        this.pieceBytes = Math.max(1, Math.min(MOST_PIECE, pieceBytes));
        waiting.clear();
        for (Map<String, Object> json : items) {
            try {
                Item item = new Item(json);
                if (waiting.size() < MOST_WANTED) waiting.put(item.sha256, item);
                names.put(item.url, item.sha256);
            } catch (JsonError error) {
                // Of a newer box: this one cannot be fetched, the others can.
            }
        }
        try {
            Files.replace(new File(folder, "names.json"), Json.write(names));
        } catch (IOException error) {
            // The next content.fetch names everything again.
        }
        notifyAll();
    }

    private synchronized int lists() {
        return lists;
    }

    /** The whole file of this address, as a lesson's `content` names it, or null. */
    public synchronized File find(String url) {
        Object sha256 = names.get(url);
        if (sha256 == null) return null;
        File file = new File(folder, sha256 + ".whole");
        return file.exists() ? file : null;
    }

    private void live() {
        try {
            for (Item item = next(); item != null; item = next()) {
                long pauseMs = fetch(item);
                synchronized (this) {
                    if (pauseMs == 0) waiting.remove(item.sha256);
                    else if (!isStopped) wait(pauseMs);
                }
            }
        } catch (InterruptedException error) {
            // The app ends.
        }
    }

    /** Waits for something to fetch; null: stop. */
    private synchronized Item next() throws InterruptedException {
        while (!isStopped && waiting.isEmpty()) wait();
        return isStopped ? null : waiting.values().iterator().next();
    }

    private synchronized boolean isWanted(Item item) {
        return !isStopped && waiting.get(item.sha256) == item;
    }

    /** How long to wait before trying it again; 0: it has ended, well or not. */
    private long fetch(Item item) {
        File part = new File(folder, item.sha256 + ".part"), whole = new File(folder, item.sha256 + ".whole");
        try {
            if (whole.exists()) return end(item, "whole", whole.length(), null);
            if (part.length() > item.size) part.delete();
            if (!makeRoom(item.size - part.length()))
                return end(item, "failed", part.length(), "no space left");
            while (part.length() < item.size) {
                if (!isWanted(item)) return 1; // perhaps wanted again by another name
                long pauseMs = fetchPiece(item, part);
                if (pauseMs > 0) return pauseMs;
                report(item, part.length());
            }
            if (item.size == 0) new FileOutputStream(part, true).close();
            if (!Hash.sha256(part).equals(item.sha256)) {
                part.delete();
                return end(item, "failed", 0, "the SHA-256 is another one");
            }
            if (!part.renameTo(whole)) return end(item, "failed", part.length(), "the disk does not take it");
            return end(item, "whole", item.size, null);
        } catch (Refused refused) {
            if (Rules.afterAnswer(refused.status, null, 0) == Rules.Then.LATER) return 1000;
            return end(item, "failed", part.length(), refused.getMessage());
        } catch (IOException error) {
            return 1000; // the Wi-Fi: what has come is on disk
        }
    }

    private long fetchPiece(Item item, File part) throws IOException {
        long first = part.length();
        HttpURLConnection call = box.open(item.url, token);
        try {
            call.setRequestProperty("Range", Rules.nextRange(item.size, first, pieceSize()));
            call.setRequestProperty("Accept-Encoding", "identity");
            int status = call.getResponseCode();
            if (status != 200 && status != 206) throw Box.refusal(call);
            Rules.Then then = Rules.afterAnswer(status, call.getHeaderField("Content-Range"), first);
            if (then == Rules.Then.LATER) throw new IOException("the box sends another range than asked for");
            if (then == Rules.Then.RESTART) part.delete();
            try (InputStream input = call.getInputStream();
                FileOutputStream output = new FileOutputStream(part, true)) {
                byte[] some = new byte[65536];
                for (int count = input.read(some); count >= 0; count = input.read(some)) {
                    output.write(some, 0, count);
                    if (part.length() > item.size) throw new IOException("the box sends more than there is");
                }
            }
            return part.length() > first || status == 200 ? 0 : 1000;
        } finally {
            call.disconnect();
        }
    }

    private synchronized int pieceSize() {
        return pieceBytes;
    }

    /** Deletes the oldest files that nobody has asked for lately, until there is room. */
    private boolean makeRoom(long bytes) {
        List<File> old = wholes();
        while (folder.getUsableSpace() < bytes + KEPT_FREE) {
            File oldest = null;
            for (File file : old)
                if (!isWaiting(nameOf(file))
                    && (oldest == null || file.lastModified() < oldest.lastModified())) oldest = file;
            if (oldest == null || !oldest.delete()) return false;
            old.remove(oldest);
        }
        return true;
    }

    private synchronized boolean isWaiting(String sha256) {
        return waiting.containsKey(sha256);
    }

    private long end(Item item, String state, long received, String error) {
        say(Json.object("sha256", item.sha256, "state", state, "received_bytes", received, "error", error));
        return 0;
    }

    private void report(Item item, long received) {
        if (System.nanoTime() < reportAtNs || received >= item.size) return;
        reportAtNs = System.nanoTime() + 1000000000L;
        say(Json.object("sha256", item.sha256, "state", "fetching", "received_bytes", received));
    }

    private void say(Map<String, Object> item) {
        List<Map<String, Object>> items = new ArrayList<Map<String, Object>>();
        items.add(item);
        headset.say("content.report", Json.object("items", items), true, null);
    }

    private List<File> wholes() {
        List<File> found = new ArrayList<File>();
        File[] files = folder.listFiles();
        if (files == null) return found;
        for (File file : files)
            if (file.getName().endsWith(".whole")) found.add(file);
        return found;
    }

    private static String nameOf(File whole) {
        return whole.getName().substring(0, whole.getName().length() - ".whole".length());
    }
}
