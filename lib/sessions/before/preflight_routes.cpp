#include "http/serving/lists.h"
#include "sessions/before/preflight.h"
#include "sessions/session_routes.h"

namespace sessions {

namespace {

using store::Read;

http::Shape preflight_shape() {
    const auto text_or_null = http::nullable(http::text(0, 5000));
    const auto check =
        http::object({{"name", http::one_of<Aspect>()},
                      {"good", http::boolean()},
                      {"value", text_or_null},
                      {"wanted", text_or_null},
                      {"unit", http::one_of({"percent", "bytes", "version", "ms", "person", ""})},
                      {"fix", http::nullable(http::one_of<Fix>())}});
    const auto headset = http::object({{"device_id", http::identifier()},
                                       {"name", http::text(0, 80)},
                                       {"person", http::nullable(http::person_reference())},
                                       {"online", http::boolean()},
                                       {"ready", http::boolean()},
                                       {"checks", http::list(check, 20)}});
    return http::object({{"ready", http::boolean()},
                         {"checked_at", http::time()},
                         {"devices", http::list(headset, 1000)},
                         {"students_without_headset", http::list(http::person_reference(), 1000)}})
        .named("Preflight");
}

} // namespace

void add_preflight_routes(http::RouteTable& table, SessionParts parts) {
    const auto id = http::identifier();
    table.add(
        http::get("/v1/preflight", "Is everything ready to teach? Each headset, and the fix of what is not")
            .reads()
            .by(http::Access::viewer)
            .asks({{"class?", id}, {"room?", id}, {"lesson?", id}, {"session?", id}})
            .gives(preflight_shape())
            .tagged("sessions")
            .handled<Read>([parts](http::Call& call, Read& read) {
                const PreflightQuestion question{
                    call.query_id<ClassId>("class"), call.query_id<RoomId>("room"),
                    call.query_id<LessonId>("lesson"), call.query_id<SessionId>("session")};
                return http::json(preflight(read, call.caller.organisation_id, question, parts.presence));
            }));
}

} // namespace sessions
