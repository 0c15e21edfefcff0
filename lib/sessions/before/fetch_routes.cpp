// Content on headsets: the teacher orders it and watches it arrive, headsets report.
#include "http/serving/lists.h"
#include "platform/error.h"
#include "sessions/before/fetching.h"
#include "sessions/session_routes.h"

namespace sessions {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using store::Read;
using store::Tx;

http::Shape sha256_shape() {
    return http::pattern("[0-9a-f]{64}", "64 hexadecimal digits");
}

http::Shape held_shape() {
    return http::object({{"device_id", http::identifier()},
                         {"content_id", http::nullable(http::identifier())},
                         {"title", http::text(0, 200)},
                         {"sha256", http::text(1, 64)},
                         {"state", http::one_of<HeldState>()},
                         {"size", http::integer(0, INT64_MAX)},
                         {"received_bytes", http::integer(0, INT64_MAX)},
                         {"error", http::text(0, 500)}})
        .named("HeldContent");
}

Answer answer_of(const std::vector<Held>& held) {
    http::Json items = http::Json::array();
    for (const Held& one : held)
        items.push_back(json_of(one));
    return http::json({{"items", std::move(items)}});
}

FetchOrder order_from(const platform::JsonFields& body) {
    FetchOrder order;
    order.content_ids = body.get_or("content_ids", order.content_ids);
    order.device_ids = body.get_or("device_ids", order.device_ids);
    order.lesson_id = body.find<LessonId>("lesson_id");
    order.session_id = body.find<SessionId>("session_id");
    order.room_id = body.find<RoomId>("room_id");
    order.class_id = body.find<ClassId>("class_id");
    return order;
}

Answer report(Call& call, Tx& tx, const SessionParts& parts) {
    if (!call.caller.device_id)
        throw platform::Error(platform::ErrorKind::forbidden, "Only a headset may do this.");
    std::vector<HeldReport> reports;
    for (const platform::JsonFields& item : call.fields().objects("items"))
        reports.push_back({item.get<std::string>("sha256"), item.get<HeldState>("state"),
                           item.get_or("error", std::string()),
                           item.get_or("received_bytes", std::int64_t{0})});
    parts.fetching.report(tx, call.caller.organisation_id, call.caller.device_id, reports,
                          call.fields().get_or("complete", false));
    return http::json(parts.fetching.push_of(tx, call.caller.organisation_id, call.caller.device_id));
}

} // namespace

http::Shape fetch_shape() {
    const auto item = http::object({{"content_id", http::identifier()},
                                    {"title", http::text(0, 200)},
                                    {"url", http::text(1, 200)},
                                    {"size", http::integer(0, INT64_MAX)},
                                    {"sha256", sha256_shape()}});
    return http::object({{"piece_bytes", http::integer(1, INT64_MAX)}, {"items", http::list(item, 10'000)}})
        .named("Fetch");
}

void add_fetch_routes(http::RouteTable& table, SessionParts parts) {
    const auto ids = http::list(http::identifier(), 1000);
    const auto id = http::identifier();
    const auto held = http::object({{"items", http::list(held_shape(), 10'000)}});
    table.add(
        http::post("/v1/content-fetches", "Have headsets fetch content: some, or all of a lesson or session")
            .writes()
            .by(Access::teacher)
            .takes(http::object({{"content_ids?", ids},
                                 {"lesson_id?", id},
                                 {"session_id?", id},
                                 {"device_ids?", ids},
                                 {"room_id?", id},
                                 {"class_id?", id}}))
            .gives(held)
            .tagged("content")
            .handled<Tx>([parts](Call& call, Tx& tx) {
                return answer_of(
                    parts.fetching.order(tx, call.caller.organisation_id, order_from(call.fields())));
            }));
    table.add(http::get("/v1/content-fetches", "Which headset has which content, and how far it is")
                  .reads()
                  .by(Access::viewer)
                  .asks({{"device?", id}, {"content?", id}})
                  .gives(held)
                  .tagged("content")
                  .handled<Read>([parts](Call& call, Read& read) {
                      return answer_of(parts.fetching.list(read, call.caller.organisation_id,
                                                           call.query_id<DeviceId>("device"),
                                                           call.query_id<ContentId>("content")));
                  }));
    const auto item = http::object({{"sha256", sha256_shape()},
                                    {"state", http::one_of({"fetching", "whole", "failed"})},
                                    {"received_bytes?", http::integer(0, INT64_MAX)},
                                    {"error?", http::text(0, 500)}});
    const auto takes =
        http::object({{"items", http::list(item, Fetching::most_items)}, {"complete?", http::boolean()}});
    for (auto route :
         {http::message("content.report", "What content a headset has, and how far it is with the rest"),
          http::post("/v1/headset/content", "What content a headset has, and how far it is with the rest")})
        table.add(route.writes()
                      .by(Access::headset)
                      .counted()
                      .takes(takes)
                      .gives(fetch_shape())
                      .tagged("headset")
                      .handled<Tx>([parts](Call& call, Tx& tx) { return report(call, tx, parts); }));
}

} // namespace sessions
