package lectern.home;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;

final class Threads {
    private Threads() {}

    /** One thread that does what it is given in order. What comes after its end is nobody's. */
    static ScheduledThreadPoolExecutor single(final String name) {
        ScheduledThreadPoolExecutor made = new ScheduledThreadPoolExecutor(1, new ThreadFactory() {
            @Override public Thread newThread(Runnable task) {
                Thread thread = new Thread(task, name);
                thread.setDaemon(true);
                return thread;
            }
        }, new ScheduledThreadPoolExecutor.DiscardPolicy());
        made.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        made.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        return made;
    }
}
