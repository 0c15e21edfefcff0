package lectern.home;

import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import lectern.headset.Box;
import lectern.headset.Refused;
import lectern.headset.Trust;

/** Asks a box before there is a token. It waits for the network on a thread of its own. */
final class Pairing {
    private static final long LOOK_EACH_MS = 2000;
    private static final long REQUEST_LIFE_MS = 3600000; // then the box has forgotten that we ask

    private final Home home;
    private final Settings settings;
    private final Platform platform;
    private final ScheduledExecutorService thread = Threads.single("lectern-pairing");
    private volatile int attempts; // a newer one ends the wait of an older

    Pairing(Home home, Settings settings, Platform platform) {
        this.home = home;
        this.settings = settings;
        this.platform = platform;
    }

    void stop() {
        ++attempts;
        thread.shutdown();
    }

    static Box boxOf(String address, String key) {
        return key == null ? new Box(address) : new Box(address, Trust.pinned(key));
    }

    /** Looks whether a box is there, and which key it has; from then on it is that one and no other. */
    void chooseBox(final String address, final Pad asking) {
        try {
            new Box(address);
        } catch (IllegalArgumentException error) {
            asking.fault = "That is no address. It looks like 192.168.1.5:8080";
            return;
        }
        asking.fault = "Looking…";
        thread.execute(new Runnable() {
            @Override public void run() {
                try {
                    final String key = Trust.keyShownBy(address);
                    boxOf(address, key).greet();
                    home.run(new Runnable() {
                        @Override public void run() {
                            keep("box", address);
                            keep("key", key);
                            home.go(new Pads.Code(home, address, key));
                        }
                    });
                } catch (IOException error) {
                    say(asking, "Nothing answers there: " + error.getMessage());
                }
            }
        });
    }

    void pair(final String code, final Pad asking) {
        final String address = settings.get("box"), key = settings.get("key"), serialNumber;
        try {
            serialNumber = settings.serialNumber(platform.serialNumber());
        } catch (IOException error) {
            asking.fault = "The disk: " + error.getMessage();
            return;
        }
        final int attempt = ++attempts;
        thread.execute(new Runnable() {
            @Override public void run() {
                try {
                    Box box = boxOf(address, key);
                    final String token = box.pair(code, serialNumber, platform.model(), null);
                    if (!waitUntilLetIn(box, token, attempt, asking)) return;
                    home.run(new Runnable() {
                        @Override public void run() {
                            keep("token", token);
                            // packaging/enroll-headsets waits for it
                            platform.log("paired as " + serialNumber);
                            home.connect();
                        }
                    });
                } catch (Refused refused) {
                    say(asking, words(refused));
                } catch (IOException error) {
                    say(asking, "The box does not answer: " + error.getMessage());
                }
            }
        });
    }

    /** Its serial number is known already, or codes are being guessed: a teacher looks first. */
    private boolean waitUntilLetIn(Box box, String token, int attempt, Pad asking) throws IOException {
        long until = System.currentTimeMillis() + REQUEST_LIFE_MS;
        boolean isSaid = false;
        while (!box.isLetIn(token)) {
            if (!isSaid) say(asking, "A teacher has to let this headset in: it waits under Headsets.");
            isSaid = true;
            if (attempt != attempts) return false;
            if (System.currentTimeMillis() > until) {
                say(asking, "Nobody has let this headset in. Type a new code.");
                return false;
            }
            try {
                Thread.sleep(LOOK_EACH_MS);
            } catch (InterruptedException stopped) {
                return false;
            }
        }
        return true;
    }

    private static String words(Refused refused) {
        switch (refused.status) {
            case 404: return "That code is unknown, or older than ten minutes.";
            case 409: return "All headsets of the licence are paired.";
            case 429: return "Too many tries. Wait a little.";
            default: return refused.detail.isEmpty() ? "The box refuses: " + refused.status : refused.detail;
        }
    }

    private void say(final Pad asking, final String fault) {
        home.run(new Runnable() {
            @Override public void run() {
                platform.log("not paired: " + fault);
                asking.fault = fault;
                asking.typed = "";
                home.draw();
            }
        });
    }

    private void keep(String name, String value) {
        try {
            settings.set(name, value);
        } catch (IOException error) {
            platform.log("the settings: " + error.getMessage());
        }
    }
}
