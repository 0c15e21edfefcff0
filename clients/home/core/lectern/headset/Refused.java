package lectern.headset;

import java.io.IOException;

/** A refusal of the box, in its own words. */
public final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    public final int status;
    public final String detail;

    Refused(int status, String detail) {
        super(status + " " + detail);
        this.status = status;
        this.detail = detail;
    }
}
