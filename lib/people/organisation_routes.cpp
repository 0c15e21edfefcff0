// Organisations: the caller's own with its settings, and all those of the box for its administrator.
#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "people/people_routes.h"
#include "people/signing_in/password.h"
#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

using http::Answer;
using http::Call;
using http::Json;

Answer change_own(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const platform::JsonFields body = call.fields();
    OrganisationChange change;
    change.name = body.find_filled("name");
    change.colour = body.find<std::string>("colour");
    change.time_zone = body.find<std::string>("time_zone");
    change.language = body.find<std::string>("language");
    change.leaderboard = body.find<LeaderboardMode>("leaderboard");
    change.staff_pin = body.find<bool>("staff_pin");
    change.pick_names = body.find<bool>("pick_names");
    change.gaze_days = body.find_nullable<std::int64_t>("gaze_days");
    Organisation changed = parts.organisations.change(tx, call.caller.organisation_id, change);
    if (change.staff_pin == false) parts.logins.end_pins_of_staff(tx, changed.id);
    return http::json(json_of(changed)).on({{"organisation", changed.id}});
}

http::Shape last_day_shape() {
    return http::pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day like 2027-07-31");
}

// Its first administrator is made with it, or invited: then the answer has the code to hand over.
Answer add_one(const PeopleParts& parts, Call& call) {
    const platform::JsonFields body = call.fields();
    NewOrganisation made;
    made.name = body.filled("name");
    made.colour = body.get_or("colour", made.colour);
    made.time_zone = body.get_or("time_zone", made.time_zone);
    made.language = body.get_or("language", made.language);
    made.seats = body.get_or("seats", made.seats);
    made.licence_type = body.get_or("licence_type", made.licence_type);
    made.last_day = body.find<std::string>("last_day");
    std::optional<NewPerson> administrator;
    if (const auto who = body.find_object("administrator")) {
        administrator.emplace();
        administrator->role = platform::Role::administrator;
        administrator->username = who->get<std::string>("username");
        const auto nickname = who->find<std::string>("nickname");
        administrator->nickname = nickname ? checked_nickname(*nickname) : *administrator->username;
        administrator->password_hash =
            hash_of_new_password(parts.hasher, who->get<std::string>("password"), *administrator->username,
                                 "administrator.password");
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
    const platform::JsonFields body = call.fields();
    LicenceChange change;
    change.type = body.find<std::string>("type");
    change.seats = body.find<std::int64_t>("seats");
    change.last_day = body.find_nullable<std::string>("last_day");
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
                                                                        {"nickname?", nickname_shape()}})}}))
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
