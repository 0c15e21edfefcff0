package lectern.headset;

import java.util.Map;

/** Hands pushes that change nothing here to the app. */
final class Pushes {
    private Pushes() {}

    static void tell(HeadsetApp app, String type, Map<String, Object> data) {
        switch (type) {
            case "person":
                Map<String, Object> person = Json.inner(data, "person");
                app.person(person == null ? null : Json.text(person, "nickname", ""));
                break;
            case "hand":
                app.hand(Json.isTrue(data, "raised"), Json.text(data, "question", ""),
                    Json.isTrue(data, "unwell"));
                break;
            case "pictures":
                app.pictures((int) Json.number(data, "interval_ms", 0), (int) Json.number(data, "width", 320),
                    (int) Json.number(data, "quality", 50), (int) Json.number(data, "max_bytes", 0));
                break;
            case "content.fetch":
                app.contentWanted((int) Json.number(data, "piece_bytes", 1 << 20),
                    Json.objects(data, "items"));
                break;
            default:
                app.heard(type, data);
        }
    }
}
