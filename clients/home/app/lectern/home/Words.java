package lectern.home;

import java.util.Map;
import lectern.headset.Json;

/** What a flat panel can say of things in space. */
final class Words {
    private Words() {}

    /** Where to turn to, seen from straight ahead. */
    static String look(Map<String, Object> arguments) {
        double yaw = Json.number(arguments, "yaw_deg", 0), pitch = Json.number(arguments, "pitch_deg", 0);
        String side = Math.abs(yaw) < 15 ? "straight ahead" : Math.abs(yaw) > 135 ? "behind you"
            : yaw > 0 ? "to the right →" : "← to the left";
        String height = pitch > 20 ? ", and up ↑" : pitch < -20 ? ", and down ↓" : "";
        return "Look " + side + height;
    }
}
