// The messages that headsets and pages get without asking, for /asyncapi.json. Nothing here runs: the shapes
// describe what floor.cpp, pictures.cpp, fetching.cpp and the hub send.
#include "http/serving/lists.h"
#include "sessions/session_routes.h"

namespace sessions {

namespace {

using http::Shape;

constexpr std::int64_t most = INT64_MAX;

Shape milliseconds() {
    return http::integer(0, most);
}

Shape lesson() {
    return http::nullable(session_lesson_shape());
}

Shape state() {
    return http::object(
               {{"session_id", http::identifier()},
                {"number", http::integer(0, most).described("of the newest command that changed what plays")},
                {"state", http::one_of({"running", "paused"})},
                {"lesson_index", http::integer(0, Sessions::most_lessons)},
                {"lesson", lesson()},
                {"position_ms", milliseconds().described("at the server time at_ms")},
                {"at_ms", milliseconds()},
                {"server_ms", milliseconds()},
                {"run_id", http::nullable(http::identifier())},
                {"controls", http::object(controls_fields()).named("HeldControls")}})
        .named("HeadsetState");
}

Shape person() {
    return http::nullable(http::person_reference());
}

Shape stored_batches() {
    return http::object(
               {{"boot_id", http::text(1, 64)},
                {"up_to", http::integer(0, most).described("every batch up to this number is stored")},
                {"beyond", http::list(http::integer(1, most), runs::BatchNumbers::most_beyond)
                               .described("and these beyond it")}})
        .named("StoredBatches");
}

Shape socket_limits() {
    return http::object(
               {{"unanswered", http::integer(1, most).described("messages; beyond it the box stops reading")},
                {"message_bytes", http::integer(1, most).described("of one message; more is TooLarge")},
                {"batch_events", http::integer(1, most)},
                {"picture_bytes", http::integer(1, most)}})
        .named("SocketLimits");
}

Shape welcome() {
    return http::object({{"server_ms", milliseconds()},
                         {"device", http::object({{"id", http::identifier()}, {"name", http::text(0, 80)}})},
                         {"limits", socket_limits()},
                         {"stored", http::list(stored_batches(), runs::BatchNumbers::most_boots)
                                        .described("of the newest boots of this headset, the newest first")},
                         {"person", person()},
                         {"hand", hand_shape()},
                         {"session", http::nullable(state())}})
        .named("Welcome");
}

Shape command() {
    return told_shape({{"session_id", http::identifier()},
                       {"number", http::identifier()},
                       {"lesson_index", http::integer(0, Sessions::most_lessons)},
                       {"lesson", lesson()},
                       {"position_ms", milliseconds()},
                       {"at_ms", milliseconds().described("when it takes effect, in server time")},
                       {"expires_ms", milliseconds()},
                       {"run_id?", http::identifier().described("where the command begins another run")}})
        .named("HeadsetCommand");
}

Shape wearer() {
    return http::object({{"person", person()}}).named("HeadsetWearer");
}

Shape pictures() {
    return http::object({{"interval_ms", milliseconds().described("0: none")},
                         {"max_bytes", http::integer(0, 65536)},
                         {"quality", http::integer(0, 100)},
                         {"width", http::integer(0, 4096)}})
        .named("PicturePlan");
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
    add("person", "Somebody signed in on the headset, or nobody is any more", Access::headset, wearer());
    add("hand", "The hand went up or down, or the student is unwell or well again", Access::headset,
        hand_shape());
    add("pictures", "How often to send pictures, how large and how good", Access::headset, pictures());
    add("content.fetch", "What the headset is to fetch", Access::headset, fetch_shape());
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
