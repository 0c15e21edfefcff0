package lectern.headset;

import java.util.Map;

/** Obeys the orders of a lesson at their moment, and answers them. Of the headset's thread. */
final class Obeying {
    /** Says something from any thread. */
    interface Post {
        void post(Talk.Words words);
    }

    private final HeadsetApp app;
    private final Lesson lesson;
    private final Talk talk;
    private final ServerTime time;
    private final OwnClock clock;
    private final Teller teller;
    private final Post post;
    private String held; // as the app was told

    Obeying(HeadsetApp app, Lesson lesson, Talk talk, ServerTime time, OwnClock clock, Teller teller,
        Post post) {
        this.app = app;
        this.lesson = lesson;
        this.talk = talk;
        this.time = time;
        this.clock = clock;
        this.teller = teller;
        this.post = post;
    }

    /** Goes where the box says that the lesson is. */
    void adopt(Map<String, Object> state) throws JsonError {
        Long number = lesson.takeState(state);
        if (number != null) answer(Json.whole(state, "session_id"), number, "done", null, null);
        tellWhere();
        tellHeld();
    }

    void take(final Command command) {
        if (!lesson.takeCommand(command)) {
            answer(command.sessionId, command.number, "done", null, null);
            return;
        }
        answer(command.sessionId, command.number, "received", null, null);
        final double actAtMs = command.atMs - time.offsetMs();
        teller.tell(new Runnable() {
            @Override public void run() {
                app.prepare(command, actAtMs);
            }
        });
    }

    /** Does what is due now. */
    void obey() {
        Double next = lesson.nextMs();
        double nowMs = clock.nowMs() + time.offsetMs();
        if (next == null || next > nowMs) return;
        for (Lesson.Due due : lesson.obey(nowMs)) {
            final Command command = due.command;
            double skewMs = nowMs - command.atMs;
            if (!due.isNew) {
                answer(command.sessionId, command.number, "done", skewMs, null);
            } else if (due.isExpired) {
                answer(command.sessionId, command.number, "failed", skewMs, "came after it had expired");
                if (command.isPlayback()) tellWhere();
            } else if (command.kind.equals("eyes_on_me")) {
                answer(command.sessionId, command.number, "done", skewMs, null);
            } else {
                teller.tell(new Runnable() {
                    @Override public void run() {
                        carryOut(command);
                    }
                });
            }
        }
        tellHeld();
    }

    private void carryOut(final Command command) {
        final double skewMs = clock.nowMs() + time.offsetMs() - command.atMs;
        Order order = new Order(command, skewMs, new Order.Sayer() {
            @Override public void say(String state, String error) {
                post.post(answerOf(command.sessionId, command.number, state, skewMs, error));
            }
        });
        try {
            app.obey(order);
            if (!order.isRunning()) order.done();
        } catch (CannotObey error) {
            order.failed(error.getMessage());
        } catch (RuntimeException error) {
            order.failed("The app has failed: " + error);
            throw error;
        }
    }

    private void answer(long sessionId, long number, String state, Double skewMs, String error) {
        talk.say(answerOf(sessionId, number, state, skewMs, error));
    }

    private static Talk.Words answerOf(long sessionId, long number, String state, Double skewMs,
        String error) {
        return new Talk.Words("command.answer", Json.object("session_id", sessionId, "number", number,
            "state", state, "skew_ms", skewMs, "error", error), true);
    }

    private void tellWhere() {
        final Playing playing = lesson.playing();
        teller.tell(new Runnable() {
            @Override public void run() {
                app.goTo(playing);
            }
        });
    }

    private void tellHeld() {
        final String message = lesson.held();
        if (message == null ? held == null : message.equals(held)) return;
        held = message;
        teller.tell(new Runnable() {
            @Override public void run() {
                app.hold(message);
            }
        });
    }
}
