package lectern.desktop;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import lectern.headset.Box;
import lectern.headset.CannotObey;
import lectern.headset.Command;
import lectern.headset.Content;
import lectern.headset.Headset;
import lectern.headset.HeadsetApp;
import lectern.headset.Json;
import lectern.headset.JsonError;
import lectern.headset.Order;
import lectern.headset.Playing;
import lectern.headset.Trust;

/**
 * A whole headset on a console: an example to read, a way to try a box by hand, a start for an app.
 *
 *   java -cp lectern-headset.jar lectern.desktop.Example pair http://192.0.2.5:8080 042137 ME-1
 *   java -cp lectern-headset.jar lectern.desktop.Example run http://192.0.2.5:8080 TOKEN FOLDER
 *
 * The first prints the token of a headset that is paired now; the second takes part, says what happens, and
 * obeys typed lines (below, in `type`). For https:// with the school's own authority LECTERN_AUTHORITY names
 * its PEM file; LECTERN_KEY is the SHA-256 of the box's public key instead, as `key BOX` prints it.
 */
public final class Example implements HeadsetApp {
    private final Headset headset;
    private final Content content;

    private Example(Box box, String token, File folder) throws IOException {
        headset = new Headset(box, token, this, folder);
        content = new Content(headset, token, new File(folder, "content"));
    }

    private void run() throws IOException, InterruptedException {
        headset.start();
        content.start();
        BufferedReader typed = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = typed.readLine(); line != null && !line.equals("quit"); line = typed.readLine())
            type(line);
        headset.stop();
        content.stop();
        headset.join();
    }

    /** An app would show what this prints. */
    private static void print(String what) {
        System.out.println(what);
    }

    @Override public void prepare(Command command, double actAtMs) {
        print("prepare " + command.action);
    }

    @Override public void obey(Order order) throws CannotObey {
        if (order.command.action.equals("launch")) throw new CannotObey("A console launches nothing.");
        print("obey " + order.command.action + " " + order.command.number);
    }

    @Override public void goTo(Playing playing) {
        print(playing == null ? "in no lesson" : "in a lesson, " + playing.state);
    }

    @Override public void hold(String message) {
        print(message == null ? "free" : "held: " + message);
    }

    @Override public Map<String, Object> report() {
        return Json.object("battery", 88, "charging", false, "app", "Example.java", "app_version", "1");
    }

    @Override public void connected(boolean isConnected, String why) {
        print(isConnected ? "connected" : "gone: " + why);
        if (isConnected) content.welcome();
    }

    @Override public void person(String nickname) {
        print(nickname == null ? "nobody" : "worn by " + nickname);
    }

    @Override public void hand(boolean isRaised, String question, boolean isUnwell) {
        print((isRaised ? "hand up: " + question : "hand down") + (isUnwell ? ", unwell" : ""));
    }

    @Override public void pictures(int intervalMs, int width, int quality, int maxBytes) {
        print("pictures every " + intervalMs + " ms");
    }

    @Override public void contentWanted(int pieceBytes, List<Map<String, Object>> items) {
        print("wanted: " + items.size());
        content.wanted(pieceBytes, items);
    }

    @Override public void heard(String type, Map<String, Object> data) {
        print("heard " + type + " " + data);
    }

    @Override public void log(String text) {
        print("log: " + text);
    }

    @Override public void unpaired() {
        print("unpaired");
        System.exit(0);
    }

    private void type(String line) {
        String[] words = line.split(" ", 3);
        String first = words.length > 1 ? words[1] : "", second = words.length > 2 ? words[2] : "";
        switch (words[0]) {
            case "sign-in":
                headset.signIn(first, second,
                    answer -> print(answer.isGood() ? "signed in" : "not signed in: " + answer.message()));
                break;
            case "sign-out": headset.signOut(null); break;
            case "hand": headset.raiseHand((first + " " + second).trim()); break;
            case "lower": headset.lowerHand(); break;
            case "unwell": headset.unwell(); break;
            case "well": headset.well(); break;
            case "event": event(first, second.isEmpty() ? "{}" : second); break;
            // the shortest that begins as a JPEG
            case "picture": headset.picture(new byte[] {-1, -40, -1, -39}); break;
            case "find": print("found " + content.find(first)); break;
            case "where": where(); break;
            default: print("no such word: " + words[0]);
        }
    }

    private void where() {
        Playing playing = headset.playing();
        Double position = headset.positionMs();
        print("where " + (playing == null ? null : playing.state) + " "
            + (position == null ? null : position.longValue())
            + ", round trip " + headset.time().roundTripMs() + ", " + headset.eventsKept() + " events kept");
    }

    private void event(String kind, String fields) {
        try {
            headset.event(kind, Json.readObject(fields));
        } catch (JsonError error) {
            print("not understood: " + error.getMessage());
        } catch (IOException error) {
            print("not kept: " + error.getMessage());
        }
    }

    /** Whom to believe, as the environment says. */
    static Trust trust() throws IOException {
        String authority = System.getenv("LECTERN_AUTHORITY"), key = System.getenv("LECTERN_KEY");
        if (key != null) return Trust.pinned(key);
        if (authority == null) return Trust.system();
        try (FileInputStream pem = new FileInputStream(authority)) {
            return Trust.authority(pem);
        }
    }

    public static void main(String[] words) throws InterruptedException {
        boolean isKey = words.length == 2 && words[0].equals("key");
        if (words.length != 4 && !isKey) {
            System.err.println("pair BOX CODE SERIAL, run BOX TOKEN FOLDER, or key BOX");
            System.exit(2);
        }
        try {
            if (isKey) {
                print(Trust.keyShownBy(words[1]));
                return;
            }
            Box box = new Box(words[1], trust());
            if (words[0].equals("pair")) print(box.pair(words[2], words[3], "Java", null));
            else new Example(box, words[2], new File(words[3])).run();
        } catch (IOException error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }
}
