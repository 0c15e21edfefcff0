// Raised hands: the headset's side, by socket and by HTTP alike, and the teacher's side.
#include "http/serving/lists.h"
#include "sessions/session_routes.h"

namespace sessions {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using store::Tx;

Answer move(Call& call, Tx& tx, const SessionParts& parts, HandMove what) {
    if (!call.caller.device_id)
        throw platform::Error(platform::ErrorKind::forbidden, "Only a headset may do this.");
    const Hand hand = parts.director.move_hand(tx, call.caller.organisation_id, call.caller.device_id, what,
                                               call.fields().get_or("question", std::string()));
    return http::json(headset_json(hand)).on({{"device", hand.device_id}});
}

// Adds the same move twice: by socket and by HTTP.
void add_move(http::RouteTable& table, const SessionParts& parts, HandMove what, const std::string& word,
              const std::string& path, const std::string& summary) {
    const auto takes = what == HandMove::raise
                           ? http::object({{"question?", http::text(0, Hands::longest_question)}})
                           : http::object({});
    for (auto route : {http::message("headset." + word, summary), http::post("/v1/headset/" + path, summary)})
        table.add(
            route.writes()
                .by(Access::headset)
                .takes(takes)
                .gives(hand_shape())
                .tagged("headset")
                .handled<Tx>([parts, what](Call& call, Tx& tx) { return move(call, tx, parts, what); }));
}

} // namespace

http::Shape hand_shape() {
    return http::object({{"raised", http::boolean()},
                         {"question", http::text(0, Hands::longest_question)},
                         {"unwell", http::boolean()}})
        .named("Hand");
}

void add_hand_routes(http::RouteTable& table, SessionParts parts) {
    add_move(table, parts, HandMove::raise, "hand", "hand", "Raise a hand, with a short question or without");
    add_move(table, parts, HandMove::lower, "hand_down", "hand-down", "Take the hand down again");
    add_move(table, parts, HandMove::unwell, "unwell", "unwell",
             "The student feels unwell: the headset fades out, the teacher is told first of all");
    add_move(table, parts, HandMove::well, "well", "well", "The student feels well again");
    table.add(http::post("/v1/sessions/:id/hands/lower", "Lower all raised hands of a session, or these")
                  .writes()
                  .by(Access::teacher)
                  .takes(http::object({{"device_ids?", http::list(http::identifier(), 10'000)}}))
                  .gives(http::object({{"lowered", http::list(http::identifier(), 10'000)}}))
                  .tagged("sessions")
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      const auto devices = call.fields().find<std::vector<DeviceId>>("device_ids");
                      const SessionId id = call.id<SessionId>("id");
                      const auto lowered =
                          parts.director.lower_hands(tx, call.caller.organisation_id, id, devices);
                      return http::json({{"lowered", lowered}}).on({{"session", id}, {"devices", lowered}});
                  }));
}

} // namespace sessions
