package lectern.headset;

/** A command whose time has come, in the hands of the app. */
public final class Order {
    interface Sayer {
        void say(String state, String error);
    }

    public final Command command;
    public final double skewMs; // how late it is
    private final Sayer sayer;
    private volatile boolean isRunning = false;

    Order(Command command, double skewMs, Sayer sayer) {
        this.command = command;
        this.skewMs = skewMs;
        this.sayer = sayer;
    }

    /** It takes longer: {@link #done} or {@link #failed} will be called. */
    public void running() {
        isRunning = true;
        sayer.say("running", null);
    }

    public void done() {
        sayer.say("done", null);
    }

    public void failed(String why) {
        sayer.say("failed", why);
    }

    boolean isRunning() {
        return isRunning;
    }
}
