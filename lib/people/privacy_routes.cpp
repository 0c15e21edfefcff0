// Exports or erases what the box knows about a person.
#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "people/people_routes.h"
#include "platform/error.h"

namespace people {

namespace {

using http::Answer;
using http::Call;

enum class RunsOfErased { anonymise, remove };
constexpr auto names_of(RunsOfErased) {
    return platform::names<RunsOfErased>(
        {{RunsOfErased::anonymise, "anonymise"}, {RunsOfErased::remove, "remove"}});
}

Answer hand_out(const PeopleParts& parts, Call& call, store::Read& read) {
    const PersonId id = call.id<PersonId>("id");
    return http::text(parts.privacy.export_zip(read, call.caller.organisation_id, id), "application/zip")
        .header("Content-Disposition", "attachment; filename=\"person-" + to_string(id) + ".zip\"")
        .header("Cache-Control", "no-store")
        .on({{"person", id}});
}

Answer erase(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const PersonId id = call.id<PersonId>("id");
    const Person person = parts.people.get(tx, call.caller.organisation_id, id);
    if (person.box_administrator && !call.caller.box_administrator)
        throw platform::Error(platform::ErrorKind::forbidden,
                              "Only a box administrator erases a box administrator.");
    if (id == call.caller.person_id)
        platform::throw_conflict("Nobody erases himself: ask another administrator.");
    parts.privacy.erase(tx, call.caller.organisation_id, id,
                        call.fields().get<RunsOfErased>("runs") == RunsOfErased::remove);
    return http::no_content().on({{"person", id}});
}

} // namespace

void add_privacy_routes(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::get("/v1/people/:id/export", "All that is known of a person: a zip of JSON and CSV files")
                  .reads()
                  .by(http::Access::administrator)
                  .tagged("privacy")
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return hand_out(parts, call, read); }));
    table.add(http::post("/v1/people/:id/erase",
                         "Erase a person for good; what they did stays as nobody's, or goes too")
                  .writes()
                  .by(http::Access::administrator)
                  .tagged("privacy")
                  .takes(http::object({{"runs", http::one_of<RunsOfErased>()}}))
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return erase(parts, call, tx); }));
}

} // namespace people
