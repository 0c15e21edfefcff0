package lectern.headset;

import java.io.IOException;

/** Text that is no JSON, or JSON that lacks what was expected. */
public final class JsonError extends IOException {
    private static final long serialVersionUID = 1;

    public JsonError(String message) {
        super(message);
    }
}
