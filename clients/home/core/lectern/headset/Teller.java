package lectern.headset;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Calls the app where it wants to be called. */
final class Teller {
    private final HeadsetApp app;
    private final Executor executor; // or null: the caller's thread

    Teller(HeadsetApp app, Executor executor) {
        this.app = app;
        this.executor = executor;
    }

    void log(final String text) {
        tell(new Runnable() {
            @Override public void run() {
                app.log(text);
            }
        });
    }

    /** A fault of the app must not end the lesson. */
    void tell(final Runnable task) {
        Runnable guarded = new Runnable() {
            @Override public void run() {
                try {
                    task.run();
                } catch (RuntimeException error) {
                    app.log("the app has failed: " + error);
                }
            }
        };
        try {
            if (executor == null) guarded.run();
            else executor.execute(guarded);
        } catch (RejectedExecutionException error) { // it was shut down, or is full
            app.log("the app takes nothing: " + error.getMessage());
        }
    }
}
