// Classes, and the site keys of clients that cannot send a header.
#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "people/class_archive.h"
#include "people/people_routes.h"
#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

using http::Answer;
using http::Call;
using http::Json;

http::Shape class_shape() {
    return http::object({{"id", http::identifier()},
                         {"name", http::text(1, 80)},
                         {"teacher", http::person_reference()},
                         {"student_count", http::integer(0, Classes::most_students)}})
        .named("Class");
}

http::Shape site_key_shape() {
    return http::object({{"id", http::identifier()},
                         {"name", http::text(1, 80)},
                         {"client_panel", http::boolean()},
                         {"created_at", http::time()}})
        .named("SiteKey");
}

Answer add_class(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const platform::JsonFields body = call.fields();
    const PersonId teacher = body.get_or("teacher_id", call.caller.person_id);
    Class made = parts.classes.add(tx, call.caller.organisation_id, body.filled("name"), teacher);
    return http::created(json_of(made), "/v1/classes/" + to_string(made.id)).on({{"class", made.id}});
}

Answer change_class(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const platform::JsonFields body = call.fields();
    Class changed = parts.classes.change(tx, call.caller.organisation_id, call.id<ClassId>("id"),
                                         body.find_filled("name"), body.find<PersonId>("teacher_id"));
    return http::json(json_of(changed)).on({{"class", changed.id}});
}

http::Fields list_fields() {
    http::Fields fields = http::paging_fields();
    fields.emplace_back("archived?", http::one_of({"true", "false"}));
    return fields;
}

void add_classes(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::get("/v1/classes", "The classes of the organisation")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("classes")
                  .asks(list_fields())
                  .gives(http::page_of(class_shape()))
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      const auto page = http::page_request<store::PageRequest>(call);
                      return http::page_answer(
                          call.query("archived") == "true"
                              ? removed_classes(read, call.caller.organisation_id, page)
                              : parts.classes.list(read, call.caller.organisation_id, page));
                  }));
    table.add(
        http::post("/v1/classes", "Make a class; one's own unless it says whose")
            .writes()
            .by(http::Access::teacher)
            .tagged("classes")
            .takes(http::object({{"name", http::text(1, 80)}, {"teacher_id?", http::identifier()}}))
            .gives(class_shape(), 201)
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return add_class(parts, call, tx); }));
    table.add(http::get("/v1/classes/:id", "One class")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("classes")
                  .gives(class_shape())
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return http::json(json_of(
                          parts.classes.get(read, call.caller.organisation_id, call.id<ClassId>("id"))));
                  }));
    table.add(http::patch("/v1/classes/:id", "Rename a class or give it to another teacher")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("classes")
                  .takes(http::object({{"name?", http::text(1, 80)}, {"teacher_id?", http::identifier()}}))
                  .gives(class_shape())
                  .handled<store::Tx>(
                      [parts](Call& call, store::Tx& tx) { return change_class(parts, call, tx); }));
    table.add(http::del("/v1/classes/:id", "Remove a class: its students stay, and it can be brought back")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("classes")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      parts.classes.remove(tx, call.caller.organisation_id, call.id<ClassId>("id"));
                      return http::no_content().on({{"class", call.id<ClassId>("id")}});
                  }));
    table.add(http::post("/v1/classes/:id/restore", "Undo the removal, with its students and its timetable")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("classes")
                  .gives(class_shape())
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      const Class back = restore_class(tx, parts.classes, call.caller.organisation_id,
                                                       call.id<ClassId>("id"));
                      return http::json(json_of(back)).on({{"class", back.id}});
                  }));
}

void add_class_students(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::get("/v1/classes/:id/students", "The students of a class")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("classes")
                  .gives(http::page_of(person_shape()))
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      Class a_class =
                          parts.classes.get(read, call.caller.organisation_id, call.id<ClassId>("id"));
                      return http::list_answer(
                          parts.classes.students(read, call.caller.organisation_id, a_class.id));
                  }));
    table.add(http::put("/v1/classes/:id/students/:person", "Put a student into a class")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("classes")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      parts.classes.add_student(tx, call.caller.organisation_id, call.id<ClassId>("id"),
                                                call.id<PersonId>("person"));
                      return http::no_content().on(
                          {{"class", call.id<ClassId>("id")}, {"person", call.id<PersonId>("person")}});
                  }));
    table.add(http::del("/v1/classes/:id/students/:person", "Take a student out of a class")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("classes")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      parts.classes.remove_student(tx, call.caller.organisation_id, call.id<ClassId>("id"),
                                                   call.id<PersonId>("person"));
                      return http::no_content().on(
                          {{"class", call.id<ClassId>("id")}, {"person", call.id<PersonId>("person")}});
                  }));
}

Answer add_site_key(const PeopleParts& parts, Call& call, store::Tx& tx) {
    auto made = parts.site_keys.add(tx, call.caller.organisation_id, call.fields().filled("name"),
                                    call.fields().get_or("client_panel", false));
    Json body = json_of(made.site_key);
    body["key"] = made.key;
    return http::created(body).header("Cache-Control", "no-store").on({{"site_key", made.site_key.id}});
}

void add_site_keys(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::get("/v1/site-keys", "The keys of clients that sign in by their base URL")
                  .reads()
                  .by(http::Access::administrator)
                  .tagged("site keys")
                  .gives(http::page_of(site_key_shape()))
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return http::list_answer(parts.site_keys.list(read, call.caller.organisation_id));
                  }));
    table.add(http::post("/v1/site-keys", "Make a site key: shown this once")
                  .writes()
                  .by(http::Access::administrator)
                  .tagged("site keys")
                  .takes(http::object({{"name", http::text(1, 80)}, {"client_panel?", http::boolean()}}))
                  .gives(http::object({{"id", http::identifier()},
                                       {"name", http::text(1, 80)},
                                       {"client_panel", http::boolean()},
                                       {"created_at", http::time()},
                                       {"key", http::text(43, 43)}}),
                         201)
                  .handled<store::Tx>(
                      [parts](Call& call, store::Tx& tx) { return add_site_key(parts, call, tx); }));
    table.add(http::patch("/v1/site-keys/:id", "Rename a site key")
                  .writes()
                  .by(http::Access::administrator)
                  .tagged("site keys")
                  .takes(http::object({{"name", http::text(1, 80)}}))
                  .gives(site_key_shape())
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      const auto id = call.id<SiteKeyId>("id");
                      auto changed = parts.site_keys.rename(tx, call.caller.organisation_id, id,
                                                            call.fields().filled("name"));
                      return http::json(json_of(changed)).on({{"site_key", id}});
                  }));
    table.add(http::del("/v1/site-keys/:id", "Revoke a site key")
                  .writes()
                  .by(http::Access::administrator)
                  .tagged("site keys")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      parts.site_keys.revoke(tx, call.caller.organisation_id, call.id<SiteKeyId>("id"));
                      return http::no_content().on({{"site_key", call.id<ClassId>("id")}});
                  }));
}

} // namespace

void add_class_routes(http::RouteTable& table, const PeopleParts& parts) {
    add_classes(table, parts);
    add_class_students(table, parts);
    add_site_keys(table, parts);
}

} // namespace people
