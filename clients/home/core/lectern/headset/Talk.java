package lectern.headset;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is said to the box, and which answers are due. Of the headset's thread alone. */
final class Talk {
    /** Called on the headset's thread. */
    static class Words {
        final String type;
        final Map<String, Object> data;
        final boolean isKept;

        Words(String type, Map<String, Object> data, boolean isKept) {
            this.type = type;
            this.data = data;
            this.isKept = isKept;
        }

        void answered(Answer answer) {}
    }

    private static final int MOST_SAID = 1000;
    private static final int MOST_UNSAID = 200;

    private Line line; // null while nobody is welcome
    private long eid = 0;
    private final Map<String, Words> said = new LinkedHashMap<String, Words>(); // not answered yet, by eid
    // until there is a line, or the box has recovered
    private final ArrayDeque<Words> unsaid = new ArrayDeque<Words>();

    void open(Line line) {
        this.line = line;
        eid = 0;
    }

    /** Keeps what must be kept for the next line, in its order. */
    void closed() {
        line = null;
        List<Words> open = new ArrayList<Words>(said.values());
        open.addAll(unsaid);
        said.clear();
        unsaid.clear();
        for (Words words : open) say(words);
    }

    void say(Words words) {
        if (line != null) {
            if (said.size() >= MOST_SAID) line.close(); // the box takes everything and answers nothing
            said.put(String.valueOf(eid + 1), words); // before it is sent: the line may break on the way
            send(words.type, words.data);
        } else if (words.isKept) {
            keep(words);
        } else {
            words.answered(new Answer("Disconnected", Json.object()));
        }
    }

    void sayAgain() {
        for (int left = unsaid.size(); left > 0; --left) say(unsaid.remove());
    }

    /** Sends it without waiting for an answer of its own. */
    void send(String type, Map<String, Object> data) {
        try {
            ++eid;
            line.send(Json.write(Json.object("type", type, "data", data, "eid", String.valueOf(eid))));
        } catch (IOException error) {
            line.close(); // the reader notices, so the line is given up in one place
        }
    }

    void sendPicture(byte[] jpeg) {
        if (line == null) return;
        try {
            line.sendPicture(jpeg);
        } catch (IOException error) {
            line.close();
        }
    }

    void hear(String eid, Answer answer) {
        Words words = said.remove(eid);
        if (words == null) return;
        if (words.isKept && answer.isForLater()) keep(words);
        else words.answered(answer);
    }

    private void keep(Words words) {
        unsaid.add(words);
        if (unsaid.size() > MOST_UNSAID) unsaid.remove().answered(new Answer("Overflow", Json.object()));
    }
}
