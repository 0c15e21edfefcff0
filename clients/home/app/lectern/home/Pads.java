package lectern.home;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lectern.headset.Answer;
import lectern.headset.Json;

/** The pads, in the order in which a wearer meets them. */
final class Pads {
    private Pads() {}

    static final class FindBox extends Pad {
        private final Map<String, String> found = new LinkedHashMap<String, String>(); // name by address

        FindBox(Home home) {
            super(home);
        }

        void found(String address, String name) {
            if (found.size() < 12) found.put(address, name);
        }

        @Override Screen screen() {
            String text = found.isEmpty() ? "Looking for Lectern on this network…" : "Which one is it?";
            Screen screen = new Screen("Lectern", fault.isEmpty() ? text : fault, null, 1);
            for (Map.Entry<String, String> box : found.entrySet())
                screen.key("box " + box.getKey(), box.getValue() + "\n" + box.getKey());
            return screen.key("address", "Type its address");
        }

        @Override void chosen(String key) {
            if (key.equals("address")) home.go(new Address(home));
            else if (key.startsWith("box ")) home.chooseBox(key.substring(4));
        }
    }

    static final class Address extends Pad {
        private boolean isSecure = false;

        Address(Home home) {
            super(home);
        }

        @Override Screen screen() {
            return new Screen("The address of Lectern", fault.isEmpty() ? "The teacher's page shows it."
                : fault,
                (isSecure ? "https://" : "http://") + typed, 6).letters("123456").letters("7890.:")
                .letters("abcdefghijklmnopqrstuvwxyz-").key("secure", isSecure ? "http" : "https")
                .key("erase", "⌫").key("enter", "OK").key("back", "Back");
        }

        @Override void chosen(String key) {
            if (key.equals("secure")) isSecure = !isSecure;
            else if (key.equals("enter")) home.chooseBox((isSecure ? "https://" : "http://") + typed);
            else if (key.equals("back")) home.go(new FindBox(home));
        }
    }

    static final class Code extends Pad {
        private final String address;
        private final String key; // of the box, or null

        Code(Home home, String address, String key) {
            super(home);
            this.address = address;
            this.key = key;
        }

        @Override int longest() {
            return 6;
        }

        @Override Screen screen() {
            String from = address + (key == null ? "" : "  ·  key " + key.substring(0, 8));
            return new Screen("Six digits of the teacher's page", fault.isEmpty() ? from : fault,
                places(typed, 6, false), 3)
                .digits().key("back", "Another box");
        }

        @Override void chosen(String pressed) {
            if (pressed.equals("back")) home.forgetBox();
            else if (pressed.equals("enter") && typed.length() < 6) fault = "The code has six digits.";
            else if (pressed.equals("enter")) home.pair(typed, this);
        }
    }

    /** Where a student says who they are: picks a name where the school allows it, types it otherwise. */
    static final class Name extends Pad {
        private static final int ON_A_PAGE = 12;
        private final List<String> names = new ArrayList<String>();
        private int page = 0;
        private boolean isAsked = false;

        Name(Home home) {
            super(home);
        }

        private void askForNames() {
            isAsked = true;
            home.ask("headset.names", Json.object(), new Answer.Taker() {
                @Override public void answered(Answer answer) {
                    if (!answer.isGood() || !Json.isTrue(answer.data, "allowed")) return;
                    for (Map<String, Object> one : Json.objects(answer.data, "items"))
                        names.add(Json.text(one, "nickname", ""));
                    Name.this.home.draw();
                }
            });
        }

        @Override Screen screen() {
            if (home.isConnected() && !isAsked) askForNames();
            String question = home.isConnected() ? "Who are you?" : "No connection. It comes back by itself.";
            String text = fault.isEmpty() ? question : fault;
            if (names.isEmpty())
                return new Screen(home.name(), text, typed,
                    7).letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")
                    .key("erase", "⌫").key("enter", "OK").key("more", "…");
            Screen screen = new Screen(home.name(), text, null, 3);
            int end = Math.min(names.size(), (page + 1) * ON_A_PAGE);
            for (String name : names.subList(page * ON_A_PAGE, end)) screen.key("name " + name, name);
            if (names.size() > ON_A_PAGE) screen.key("next", "Others");
            return screen.key("more", "…");
        }

        @Override void chosen(String key) {
            if (key.equals("more")) home.go(new More(home));
            else if (key.equals("next")) page = (page + 1) * ON_A_PAGE < names.size() ? page + 1 : 0;
            else if (key.startsWith("name ")) home.go(new Pin(home, key.substring(5)));
            else if (key.equals("enter") && typed.trim().isEmpty()) fault = "Type your name.";
            else if (key.equals("enter")) home.go(new Pin(home, typed.trim()));
        }
    }

    static final class Pin extends Pad {
        private final String nickname;

        Pin(Home home, String nickname) {
            super(home);
            this.nickname = nickname;
        }

        @Override int longest() {
            return 12;
        }

        @Override Screen screen() {
            return new Screen(nickname, fault.isEmpty() ? "Your PIN" : fault, places(typed, 4, true),
                3).digits()
                .key("back", "That's not me");
        }

        @Override void chosen(String key) {
            if (key.equals("back")) home.go(new Name(home));
            if (!key.equals("enter")) return;
            String pin = typed;
            typed = "";
            home.ask("headset.sign_in", Json.object("nickname", nickname, "pin", pin), new Answer.Taker() {
                @Override public void answered(Answer answer) {
                    if (answer.isGood()) return; // the box pushes who it is
                    fault = answer.error.equals("Disconnected") ? "There is no connection just now."
                        : answer.message();
                    home.draw();
                }
            });
        }
    }

    /** What a student sees between lessons, and in one that Home shows nothing of. */
    static final class Lobby extends Pad {
        Lobby(Home home) {
            super(home);
        }

        @Override Screen screen() {
            String text = home.isConnected() ? "Wait for your teacher."
                : "No connection. It comes back by itself.";
            return new Screen(home.person(), fault.isEmpty() ? text : fault, null, 2)
                .key(home.isHandUp() ? "lower" : "hand", home.isHandUp() ? "Lower my hand" : "Raise my hand")
                .key(home.isUnwell() ? "well" : "unwell", home.isUnwell() ? "I feel better" : "I feel unwell")
                .key("sign-out", "Sign out").key("more", "…");
        }

        @Override void chosen(String key) {
            switch (key) {
                case "hand": home.say("headset.hand", Json.object("question", ""), this); break;
                case "lower": home.say("headset.hand_down", Json.object(), this); break;
                case "unwell": home.say("headset.unwell", Json.object(), this); break;
                case "well": home.say("headset.well", Json.object(), this); break;
                case "sign-out": home.say("headset.sign_out", Json.object(), this); break;
                case "more": home.go(new More(home)); break;
                default:
            }
        }
    }

    static final class More extends Pad {
        More(Home home) {
            super(home);
        }

        @Override Screen screen() {
            return new Screen(home.name(), home.about(), null, 1).key("give-back", "Give this headset back")
                .key("back", "Back");
        }

        @Override void chosen(String key) {
            if (key.equals("give-back")) home.go(new GiveBack(home));
            else if (key.equals("back")) home.goHome();
        }
    }

    static final class GiveBack extends Pad {
        GiveBack(Home home) {
            super(home);
        }

        @Override int longest() {
            return 12;
        }

        @Override Screen screen() {
            return new Screen("Give this headset back", fault.isEmpty() ? "The PIN of the set-up" : fault,
                places(typed, 4, true), 3).digits().key("back", "Back");
        }

        @Override void chosen(String key) {
            if (key.equals("back")) home.goHome();
            if (!key.equals("enter")) return;
            String pin = typed;
            typed = "";
            fault = home.giveBack(pin);
        }
    }
}
