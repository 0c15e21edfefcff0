// The secrets of students, for teachers to hand out: PINs of a whole class, and login cards.
#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "people/people_routes.h"
#include "people/signing_in/pin.h"
#include "platform/error.h"
#include "platform/qr.h"
#include "platform/text.h"

namespace people {

namespace {

using http::Answer;
using http::Call;
using http::Json;

Json name_fields(const Person& person) {
    return {{"person", json_of(PersonReference{person.id, person.nickname})},
            {"first_name", person.first_name},
            {"last_name", person.last_name}};
}

http::Fields name_shapes() {
    return {{"person", http::person_reference()},
            {"first_name", http::text(0, 80)},
            {"last_name", http::text(0, 80)}};
}

// ---- PINs of a class ----

Answer draw_pins(const PeopleParts& parts, Call& call) {
    const bool only_missing = call.fields().get_or("only_missing", false);
    const OrganisationId organisation_id = call.caller.organisation_id;
    const auto class_id = call.id<ClassId>("id");
    const auto students = parts.store.read([&](store::Read& read) {
        parts.classes.get(read, organisation_id, class_id);
        return parts.classes.students(read, organisation_id, class_id);
    });
    Json items = Json::array();
    for (const Person& student : students) {
        if (only_missing && student.has_pin) continue;
        const std::string pin = draw_pin(parts.random), hash = parts.hasher.hash(pin);
        parts.store.write(
            "set pin", [&](store::Tx& tx) { parts.people.set_pin(tx, organisation_id, student.id, hash); });
        Json item = name_fields(student);
        item["pin"] = pin;
        items.push_back(item);
    }
    return http::json({{"items", items}, {"next", nullptr}})
        .header("Cache-Control", "no-store")
        .on({{"class", class_id}});
}

// ---- cards ----

Json json_of_card(const IssuedCard& card) {
    const std::string text = std::string(card_prefix) + card.token;
    Json item = name_fields(card.person);
    item["card"] = card.token;
    item["qr_text"] = text;
    item["qr_svg"] = platform::qr_svg(text);
    return item;
}

http::Shape card_shape() {
    http::Fields fields = name_shapes();
    fields.emplace_back("card", http::text(22, 22));
    fields.emplace_back("qr_text", http::text(1, 60));
    fields.emplace_back("qr_svg", http::text(1, 200'000));
    return http::object(fields).named("LoginCard");
}

// Draws the pictures off the writer.
Answer issue_for_class(const PeopleParts& parts, Call& call) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    const auto class_id = call.id<ClassId>("id");
    const auto cards = parts.store.write("issue cards", [&](store::Tx& tx) {
        parts.classes.get(tx, organisation_id, class_id);
        return parts.login_cards.issue_class(tx, organisation_id, class_id,
                                             call.fields().get_or("only_missing", false));
    });
    Json items = Json::array();
    for (const IssuedCard& card : cards)
        items.push_back(json_of_card(card));
    return http::json({{"items", items}, {"next", nullptr}})
        .header("Cache-Control", "no-store")
        .on({{"class", class_id}});
}

Answer issue_for_one(const PeopleParts& parts, Call& call) {
    const IssuedCard card = parts.store.write("issue card", [&](store::Tx& tx) {
        return parts.login_cards.issue(tx, call.caller.organisation_id, call.id<PersonId>("id"));
    });
    return http::created(json_of_card(card))
        .header("Cache-Control", "no-store")
        .on({{"person", card.person.id}});
}

Answer list_cards(const PeopleParts& parts, Call& call, store::Read& read) {
    parts.classes.get(read, call.caller.organisation_id, call.id<ClassId>("id"));
    Json items = Json::array();
    for (const CardState& state :
         parts.login_cards.of_class(read, call.caller.organisation_id, call.id<ClassId>("id")))
        items.push_back(
            {{"person", json_of(state.person)},
             {"issued_at", state.issued_ms ? Json(platform::iso8601(*state.issued_ms)) : Json()}});
    return http::json({{"items", items}, {"next", nullptr}});
}

void add_of_class(http::RouteTable& table, const PeopleParts& parts) {
    const http::Shape which = http::object({{"only_missing?", http::boolean()}});
    http::Fields with_pin = name_shapes();
    with_pin.emplace_back("pin", http::pin());
    table.add(http::post("/v1/classes/:id/pins", "Draw a PIN for each student of a class: shown this once")
                  .slow()
                  .by(http::Access::teacher)
                  .tagged("classes")
                  .takes(which)
                  .gives(http::page_of(http::object(with_pin)))
                  .handled([parts](Call& call) { return draw_pins(parts, call); }));
    table.add(http::post("/v1/classes/:id/cards",
                         "A login card for each student of a class, to print: shown this once,"
                         " and older ones are void")
                  .slow()
                  .by(http::Access::teacher)
                  .tagged("login cards")
                  .takes(which)
                  .gives(http::page_of(card_shape()))
                  .handled([parts](Call& call) { return issue_for_class(parts, call); }));
    table.add(http::get("/v1/classes/:id/cards", "Who of a class has a login card, and since when")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("login cards")
                  .gives(http::page_of(http::object(
                      {{"person", http::person_reference()}, {"issued_at", http::nullable(http::time())}})))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return list_cards(parts, call, read); }));
}

void add_of_person(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::post("/v1/people/:id/card",
                         "A new login card for a student: shown this once, an older one is void")
                  .slow()
                  .by(http::Access::teacher)
                  .tagged("login cards")
                  .gives(card_shape(), 201)
                  .handled([parts](Call& call) { return issue_for_one(parts, call); }));
    table.add(http::del("/v1/people/:id/card", "Make a login card void")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("login cards")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      parts.login_cards.revoke(tx, call.caller.organisation_id, call.id<PersonId>("id"));
                      return http::no_content().on({{"person", call.id<PersonId>("id")}});
                  }));
}

} // namespace

void add_student_secret_routes(http::RouteTable& table, const PeopleParts& parts) {
    add_of_class(table, parts);
    add_of_person(table, parts);
}

} // namespace people
