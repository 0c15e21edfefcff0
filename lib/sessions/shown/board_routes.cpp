// The topics that the Board writes, for /asyncapi.json. Nothing here runs: the shapes describe what board.cpp,
// shown.cpp and help.cpp send.
#include "http/serving/lists.h"
#include "http/serving/topics.h"
#include "rooms/room_routes.h"
#include "sessions/session_routes.h"
#include "sessions/shown/help.h"

namespace sessions {

namespace {

using http::Shape;

constexpr std::int64_t most = INT64_MAX;
constexpr double far_ms = 1e16; // as far off as a headset may report itself

Shape milliseconds() {
    return http::integer(0, most);
}

Shape id_or_null() {
    return http::nullable(http::identifier());
}

Shape person() {
    return http::nullable(http::person_reference());
}

Shape device_name() {
    return http::text(0, 80);
}

Shape direction() {
    return http::object({{"yaw_deg", http::number(-360, 360)}, {"pitch_deg", http::number(-90, 90)}})
        .named("Gaze");
}

Shape raised_hand() {
    return http::object({{"question", http::text(0, Hands::longest_question)}, {"raised_ms", milliseconds()}})
        .named("RaisedHand");
}

Shape look() {
    return http::object({{"yaw_deg", http::number(-180, 180)},
                         {"pitch_deg", http::number(-90, 90)},
                         {"until_ms", milliseconds()},
                         {"off_deg", http::nullable(http::number(0, 180))},
                         {"turned", http::boolean()}})
        .described("where the student was asked to look, and whether they do")
        .named("LookedFor");
}

Shape content() {
    return http::object({{"wanted", http::integer(1, most)},
                         {"whole", http::integer(0, most)},
                         {"failed", http::integer(0, most)},
                         {"received_bytes", http::integer(0, most)},
                         {"total_bytes", http::integer(0, most)}})
        .described("how far the headset is with the content that it should have")
        .named("FetchProgress");
}

Shape device() {
    const auto state =
        http::one_of({"ready", "playing", "paused", "finished", "away", "offline", "needs_help"});
    http::Fields fields{
        {"id", http::identifier()},
        {"name", device_name()},
        {"model", http::text(0, 80)},
        {"online", http::boolean()},
        {"person", person()},
        {"session_id", id_or_null()},
        {"state", state},
        {"position_ms", http::nullable(milliseconds())},
        {"skew_ms", http::nullable(http::number(-far_ms, far_ms))},
        {"hand", http::nullable(raised_hand())},
        {"unwell_ms", http::nullable(milliseconds()).described("since when")},
        {"content", http::nullable(content())},
        {"last_seen_ms", http::nullable(milliseconds())},
        {"capabilities?", http::list(http::text(1, 40), 64).described("as it said hello")},
        {"events_off_ms?",
         http::integer(-253402300799999, 253402300799999)
             .described("how far the times of its newest events are from now, where that cannot be")}};
    const http::Fields reported{{"battery", http::nullable(http::integer(0, 100))},
                                {"charging", http::nullable(http::boolean())},
                                {"storage_free", http::nullable(http::integer(0, most))},
                                {"app", http::text(0, 200)},
                                {"app_version", http::text(0, 80)},
                                {"round_trip_ms", http::nullable(http::number(0, far_ms))},
                                {"clock_offset_ms", http::nullable(http::number(-far_ms, far_ms))},
                                {"gaze", http::nullable(direction())}};
    fields.insert(fields.end(), reported.begin(), reported.end());
    for (auto& [key, shape] : controls_fields())
        fields.emplace_back(key, key == "look" ? http::nullable(look()) : shape);
    return http::object(std::move(fields)).named("LiveDevice");
}

Shape waiting_hands() {
    const auto one = http::object({{"device_id", http::identifier()},
                                   {"name", device_name()},
                                   {"person", person()},
                                   {"unwell", http::boolean()},
                                   {"question", http::text(0, Hands::longest_question)},
                                   {"raised_ms", milliseconds()}});
    return http::list(one.named("WaitingHand"), 10'000)
        .described("who waits, the first to be helped first")
        .named("WaitingHands");
}

Shape needs() {
    const auto one = http::object(
        {{"device_id", http::identifier()},
         {"name", device_name()},
         {"person", person()},
         {"reason", http::one_of<Reason>()},
         {"since_ms", milliseconds()},
         {"value", http::nullable(http::number(-far_ms, far_ms))},
         {"threshold", http::nullable(http::number(0, far_ms))},
         {"unit", http::one_of({"", "s", "ms", "degrees", "percent"})},
         {"action", http::one_of({"lower", "retry", "swap", "catch_up", "look"}).described("what helps")},
         {"question", http::text(0, Hands::longest_question)},
         {"number", http::nullable(http::identifier()).described("of the command to retry")}});
    return http::list(one.named("Need"), most_in_need)
        .described("who needs help, the most urgent first")
        .named("Needs");
}

Shape pairing() {
    return http::object({{"open_until_ms", http::nullable(milliseconds())},
                         {"seats_left", http::integer(0, 1'000'000)}})
        .named("LivePairing");
}

Shape pairing_request() {
    return http::object({{"id", http::identifier()},
                         {"serial_number", http::text(1, 80)},
                         {"model", http::text(0, 80)},
                         {"person", http::nullable(http::person_reference())},
                         {"device_id", http::nullable(http::identifier())},
                         {"created_ms", milliseconds()}})
        .named("LivePairingRequest");
}

} // namespace

void add_topics(http::RouteTable& table) {
    using http::entry;
    using http::topic;
    table.add(topic("organisation", "What is live in a school"));
    table.add(entry("organisation", "device/*", device()));
    table.add(entry("organisation", "session/*", session_shape()));
    table.add(entry("organisation", "pairing", pairing()));
    table.add(entry("organisation", "pairing_request/*", pairing_request()));
    table.add(topic("room", "A classroom and its seats"));
    table.add(entry("room", "room", rooms::room_shape()));
    table.add(entry("room", "seat/*", rooms::seat_shape()));
    table.add(topic("session", "A lesson: how far it is, its newest commands, and who needs the teacher"));
    table.add(entry("session", "session", session_shape()));
    table.add(entry("session", "command/*", command_shape()));
    table.add(entry("session", "hands", waiting_hands()));
    table.add(entry("session", "help", needs()));
    table.add(topic("pictures", "No entries: small pictures of what a headset shows come as `picture`"));
    table.add(topic("view", "The same pictures, large"));
}

} // namespace sessions
