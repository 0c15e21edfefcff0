// The messages that headsets and pages get without asking, for /asyncapi.json. Nothing here runs: the shapes
// describe what floor.cpp, pictures.cpp, fetching.cpp and the hub send.
#include "http/serving/lists.h"
#include "sessions/session_routes.h"

namespace sessions {

namespace {

using http::Shape;

constexpr std::int64_t most = INT64_MAX;

Shape id_or_null() {
    return http::nullable(http::identifier());
}

Shape lesson_or_null() {
    return http::nullable(http::object({{"index", http::integer(0, most)},
                                        {"lesson_id", http::identifier()},
                                        {"title", http::text(1, 200)},
                                        {"kind", http::one_of({"app", "video", "web", "scenario"})},
                                        {"content", http::text(0, 2000)},
                                        {"duration_ms", http::nullable(http::integer(1, most))}}));
}

Shape controls() {
    const auto held = http::nullable(http::open_object({}));
    const auto percent = http::nullable(http::integer(0, 100));
    return http::object({{"eyes_on_me", held},
                         {"look", held},
                         {"launch", held},
                         {"volume", percent},
                         {"brightness", percent}});
}

Shape state() {
    return http::object(
               {{"session_id", http::identifier()},
                {"number", http::integer(0, most).described("of the newest command that changed what plays")},
                {"state", http::one_of({"running", "paused"})},
                {"lesson_index", http::integer(0, most)},
                {"lesson", lesson_or_null()},
                {"position_ms", http::integer(0, most).described("at the server time at_ms")},
                {"at_ms", http::integer(0, most)},
                {"server_ms", http::integer(0, most)},
                {"run_id", id_or_null()},
                {"controls", controls()}})
        .named("HeadsetState");
}

Shape hand() {
    return http::object(
        {{"raised", http::boolean()}, {"question", http::text(0, 200)}, {"unwell", http::boolean()}});
}

Shape person() {
    return http::nullable(http::person_reference());
}

Shape welcome() {
    return http::object({{"server_ms", http::integer(0, most)},
                         {"device", http::object({{"id", http::identifier()}, {"name", http::text(0, 80)}})},
                         {"person", person()},
                         {"hand", hand()},
                         {"session", http::nullable(state())}});
}

Shape command() {
    return http::object({{"session_id", http::identifier()},
                         {"number", http::identifier()},
                         {"action", http::one_of(action_names())},
                         {"arguments", http::open_object({})},
                         {"lesson_index", http::integer(0, most)},
                         {"lesson", lesson_or_null()},
                         {"position_ms", http::integer(0, most)},
                         {"at_ms", http::integer(0, most).described("when it takes effect, in server time")},
                         {"expires_ms", http::integer(0, most)},
                         {"run_id?", http::identifier()}});
}

Shape pictures() {
    return http::object({{"interval_ms", http::integer(0, most).described("0: none")},
                         {"max_bytes", http::integer(0, 65536)},
                         {"quality", http::integer(0, 100)},
                         {"width", http::integer(0, 4096)}});
}

Shape fetch() {
    const auto item = http::object({{"content_id", http::identifier()},
                                    {"title", http::text(0, 200)},
                                    {"url", http::text(1, 200)},
                                    {"size", http::integer(0, most)},
                                    {"sha256", http::text(64, 64)}});
    return http::object({{"piece_bytes", http::integer(1, most)}, {"items", http::list(item, 10'000)}});
}

Shape topic() {
    return http::object({{"topic", http::text(1, 120)},
                         {"epoch?", http::text(1, 80)},
                         {"version?", http::integer(0, most)},
                         {"entries?", http::open_object({})},
                         {"erased?", http::list(http::text(1, 200), 100'000)}});
}

} // namespace

void add_pushes(http::RouteTable& table) {
    const auto add = [&table](const char* type, const char* summary, http::Access who, Shape shape) {
        table.add(
            http::RouteBuilder("PUSH", type, summary).by(who).gives(std::move(shape)).tagged("headset"));
    };
    using http::Access;
    add("welcome", "First on every connection of a headset: the time, who wears it, and the lesson it is in",
        Access::headset, welcome());
    add("state", "The headset is in another session, lesson or run, or in none", Access::headset,
        http::nullable(state()));
    add("command", "Something to do at a moment", Access::headset, command());
    add("person", "Somebody signed in on the headset, or nobody is any more", Access::headset,
        http::object({{"person", person()}}));
    add("hand", "The hand went up or down, or the student is unwell or well again", Access::headset, hand());
    add("pictures", "How often to send pictures, how large and how good", Access::headset, pictures());
    add("content.fetch", "What the headset is to fetch", Access::headset, fetch());
    add("topic",
        "What a topic holds (status snapshot), what changed in it (status update), or that it is no more "
        "(status closed, with its name alone)",
        Access::signed_in, topic());
    add("picture",
        "To pages that subscribed to pictures/DEVICE or view/DEVICE: byte 0 is 1, then the headset's "
        "id in 8 bytes, the highest first, then a JPEG",
        Access::viewer, {});
    add("headset.picture",
        "From a headset, when it was asked by `pictures`: byte 0 is 1, then a JPEG; 64 KiB in "
        "all at most",
        Access::headset, {});
}

} // namespace sessions
