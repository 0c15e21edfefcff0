package lectern.headset;

import java.util.Map;

/** The box's answer to something said. */
public final class Answer {
    /** A code of the protocol, "Disconnected" or "Overflow"; null: the box has it on disk. */
    public final String error;
    public final Map<String, Object> data;

    Answer(String error, Map<String, Object> data) {
        this.error = error;
        this.data = data;
    }

    public boolean isGood() {
        return error == null;
    }

    public String message() {
        return Json.text(data, "message", error == null ? "" : error);
    }

    /** Whether the same words may be taken later. */
    boolean isForLater() {
        return Rules.isForLater(error);
    }

    /** Called on the headset's thread, or by the app's Executor. */
    public interface Taker {
        void answered(Answer answer);
    }
}
