package lectern.headset;

/** Thrown by {@link HeadsetApp#obey}; the teacher reads the message. */
public final class CannotObey extends Exception {
    private static final long serialVersionUID = 1;

    public CannotObey(String message) {
        super(message);
    }
}
