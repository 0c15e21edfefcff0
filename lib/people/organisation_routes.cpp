// Organisations: the caller's own with its settings, and all those of the box for its administrator.
#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "people/people_routes.h"
#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

using http::Answer;
using http::Call;
using http::Json;

std::optional<std::string> text_field(const Json& body, const char* name) {
    return body.contains(name) ? std::optional(body.at(name).get<std::string>()) : std::nullopt;
}

std::optional<std::string> name_field(const Json& body) {
    auto name = text_field(body, "name");
    if (!name) return name;
    *name = std::string(platform::trimmed(*name));
    if (name->empty()) platform::throw_invalid("name", "must not be empty");
    return name;
}

Answer change_own(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const Json& body = call.body;
    OrganisationChange change;
    change.name = name_field(body);
    change.colour = text_field(body, "colour");
    change.time_zone = text_field(body, "time_zone");
    change.language = text_field(body, "language");
    if (const auto mode = text_field(body, "leaderboard"))
        change.leaderboard = platform::named<LeaderboardMode>(*mode);
    if (body.contains("staff_pin")) change.staff_pin = body.at("staff_pin").get<bool>();
    if (body.contains("pick_names")) change.pick_names = body.at("pick_names").get<bool>();
    if (body.contains("gaze_days"))
        change.gaze_days = body.at("gaze_days").is_null()
                               ? std::optional<std::int64_t>()
                               : std::optional(body.at("gaze_days").get<std::int64_t>());
    Organisation changed = parts.organisations.change(tx, call.caller.organisation_id, change);
    if (change.staff_pin == false) parts.logins.end_pins_of_staff(tx, changed.id);
    return http::json(json_of(changed)).on({{"organisation", changed.id}});
}

http::Shape last_day_shape() {
    return http::pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day like 2027-07-31");
}

// Its first administrator is made with it, or invited: then the answer has the code to hand over.
Answer add_one(const PeopleParts& parts, Call& call) {
    const Json& body = call.body;
    NewOrganisation made;
    made.name = name_field(body).value();
    made.colour = body.value("colour", made.colour);
    made.time_zone = body.value("time_zone", made.time_zone);
    made.language = body.value("language", made.language);
    made.seats = body.value("seats", made.seats);
    made.licence_type = body.value("licence_type", made.licence_type);
    made.last_day = text_field(body, "last_day");
    std::optional<NewPerson> administrator;
    if (body.contains("administrator")) {
        const Json& who = body.at("administrator");
        administrator.emplace();
        administrator->role = platform::Role::administrator;
        administrator->username = who.at("username").get<std::string>();
        administrator->nickname =
            who.contains("nickname") ? checked_nickname(who.at("nickname")) : *administrator->username;
        administrator->password_hash = parts.hasher.hash(who.at("password").get_ref<const std::string&>());
    }
    Json answer;
    OrganisationId id;
    parts.store.write("add organisation", [&](store::Tx& tx) {
        const Organisation added = parts.organisations.add(tx, made);
        id = added.id;
        answer = {{"organisation", json_of(added)}, {"administrator", nullptr}, {"invitation_code", nullptr}};
        if (administrator)
            answer["administrator"] = json_of(parts.people.add(tx, id, *administrator));
        else
            answer["invitation_code"] =
                parts.invitations.add(tx, id, std::nullopt, {.role = platform::Role::administrator}).code;
    });
    return http::created(answer).header("Cache-Control", "no-store").on({{"organisation", id}});
}

Answer change_licence(const PeopleParts& parts, Call& call, store::Tx& tx) {
    LicenceChange change;
    change.type = text_field(call.body, "type");
    if (call.body.contains("seats")) change.seats = call.body.at("seats").get<std::int64_t>();
    if (call.body.contains("last_day"))
        change.last_day = call.body.at("last_day").is_null() ? std::optional<std::string>()
                                                             : text_field(call.body, "last_day");
    const OrganisationId id = call.id<OrganisationId>("id");
    parts.organisations.change_licence(tx, id, change);
    return http::json(json_of(parts.organisations.get(tx, id))).on({{"organisation", id}});
}

http::Shape change_shape() {
    return http::object({{"name?", http::text(1, 80)},
                         {"colour?", http::colour()},
                         {"time_zone?", http::text(1, 64)},
                         {"language?", http::text(2, 8)},
                         {"staff_pin?", http::boolean()},
                         {"pick_names?", http::boolean()},
                         {"leaderboard?", http::one_of<LeaderboardMode>()},
                         {"gaze_days?", http::nullable(http::integer(1, 36'500))}});
}

void add_own(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::get("/v1/organisation", "One's own organisation, its settings and its licence")
                  .reads()
                  .by(http::Access::signed_in)
                  .tagged("organisation")
                  .gives(organisation_shape())
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return http::json(json_of(parts.organisations.get(read, call.caller.organisation_id)));
                  }));
    table.add(
        http::patch("/v1/organisation",
                    "Change what the school decides for itself: its name, who may sign in"
                    " how, the leaderboard, how long gaze is kept")
            .writes()
            .by(http::Access::administrator)
            .tagged("organisation")
            .takes(change_shape())
            .gives(organisation_shape())
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return change_own(parts, call, tx); }));
}

void add_of_the_box(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::get("/v1/organisations", "All organisations of this box")
                  .reads()
                  .by(http::Access::box_administrator)
                  .tagged("organisation")
                  .gives(http::page_of(organisation_shape()))
                  .handled<store::Read>([parts](Call&, store::Read& read) {
                      return http::list_answer(parts.organisations.list(read));
                  }));
    table.add(http::post("/v1/organisations",
                         "Add an organisation, with its administrator or an invitation for one")
                  .slow()
                  .by(http::Access::box_administrator)
                  .tagged("organisation")
                  .takes(http::object({{"name", http::text(1, 80)},
                                       {"colour?", http::colour()},
                                       {"time_zone?", http::text(1, 64)},
                                       {"language?", http::text(2, 8)},
                                       {"seats?", http::integer(0, 100'000)},
                                       {"licence_type?", http::text(1, 40)},
                                       {"last_day?", last_day_shape()},
                                       {"administrator?", http::object({{"username", username_shape()},
                                                                        {"password", password_shape()},
                                                                        {"nickname?", http::text(1, 40)}})}}))
                  .gives(http::object({{"organisation", organisation_shape()},
                                       {"administrator", http::nullable(person_shape())},
                                       {"invitation_code", http::nullable(http::text(14, 14))}}),
                         201)
                  .handled([parts](Call& call) { return add_one(parts, call); }));
    table.add(http::patch("/v1/organisations/:id/licence", "Change a licence: no running lesson stops")
                  .writes()
                  .by(http::Access::box_administrator)
                  .tagged("organisation")
                  .takes(http::object({{"type?", http::text(1, 40)},
                                       {"seats?", http::integer(0, 100'000)},
                                       {"last_day?", http::nullable(last_day_shape())}}))
                  .gives(organisation_shape())
                  .handled<store::Tx>(
                      [parts](Call& call, store::Tx& tx) { return change_licence(parts, call, tx); }));
}

} // namespace

void add_organisation_routes(http::RouteTable& table, const PeopleParts& parts) {
    add_own(table, parts);
    add_of_the_box(table, parts);
}

} // namespace people
