// Import and export of rosters.
#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "people/people_routes.h"
#include "people/rosters/roster_export.h"
#include "platform/csv.h"
#include "platform/error.h"

namespace people {

namespace {

using http::Answer;
using http::Call;
using http::Json;

constexpr std::size_t most_file_bytes = 16u << 20;

http::Shape import_shape() {
    http::Fields fates;
    for (const auto& [fate, name] : names_of(Fate{}))
        fates.emplace_back(name, http::integer(0, most_roster_rows));
    return http::object({{"id", http::identifier()},
                         {"format", http::one_of<RosterFormat>()},
                         {"mode", http::one_of<ImportMode>()},
                         {"state", http::one_of<ImportState>()},
                         {"rows", http::integer(0, most_roster_rows)},
                         {"done", http::integer(0, most_roster_rows)},
                         {"fates", http::object(fates)},
                         {"ignored", http::list(http::text(0, 100), 1000)},
                         {"has_pins", http::boolean()},
                         {"created_at", http::time()}})
        .named("Import");
}

http::Shape fate_shape() {
    return http::one_of<Fate>();
}

http::Shape row_shape() {
    return http::object({{"number", http::integer(0, INT64_MAX)},
                         {"fate", fate_shape()},
                         {"reason", http::text(0, 400)},
                         {"role", http::one_of<platform::Role>()},
                         {"nickname", http::anything()},
                         {"first_name", http::anything()},
                         {"last_name", http::anything()},
                         {"classes", http::list(http::anything(), 10'000)}})
        .named("ImportRow");
}

// The bytes of the file: the body itself, or a form's only file.
std::string_view file_of(const Call& call) {
    if (call.parts.size() == 1) return call.parts.front().content;
    return call.content;
}

Answer stage(const PeopleParts& parts, Call& call) {
    const Roster roster = read_roster(file_of(call));
    const bool update = platform::named<ImportMode>(call.query("mode").value_or("")) == ImportMode::update;
    const Import import =
        parts.imports.stage(call.caller.organisation_id, call.caller.person_id, roster, update);
    return http::created(json_of(import), "/v1/roster-imports/" + to_string(import.id))
        .on({{"import", import.id}});
}

Answer list_rows(const PeopleParts& parts, Call& call, store::Read& read) {
    std::optional<Fate> fate;
    if (const auto asked = call.query("fate")) fate = platform::named<Fate>(*asked);
    return http::page_answer(parts.imports.rows(read, call.caller.organisation_id, call.id<ImportId>("id"),
                                                fate, http::page_request<store::PageRequest>(call, 1000)));
}

Answer file(std::string bytes, const std::string& content_type, const std::string& name) {
    return http::text(std::move(bytes), content_type)
        .header("Content-Disposition", "attachment; filename=\"" + name + "\"")
        .header("Cache-Control", "no-store");
}

Answer faulty_rows(const PeopleParts& parts, Call& call, store::Read& read) {
    platform::CsvWriter table({"row", "reason", "nickname", "first_name", "last_name", "role", "class"},
                              platform::CsvWriter::Mark::utf8);
    const auto page = parts.imports.rows(read, call.caller.organisation_id, call.id<ImportId>("id"),
                                         Fate::error, {static_cast<std::int64_t>(most_roster_rows), {}});
    for (const ImportRow& row : page.items)
        table.row({std::to_string(row.number), row.reason, row.nickname, row.first_name, row.last_name,
                   platform::name_of(row.role), class_cell(row.classes)});
    return file(table.take(), "text/csv; charset=utf-8", "errors.csv");
}

Answer take_pins(const PeopleParts& parts, Call& call, store::Read& read) {
    const Import import = parts.imports.get(read, call.caller.organisation_id, call.id<ImportId>("id"));
    if (import.state != ImportState::done) platform::throw_conflict("The import is not done yet.");
    Json items = Json::array();
    for (const DrawnPin& drawn : parts.imports.take_pins(import.id))
        items.push_back({{"person_id", drawn.person_id},
                         {"nickname", drawn.nickname},
                         {"first_name", drawn.first_name},
                         {"last_name", drawn.last_name},
                         {"classes", drawn.classes},
                         {"pin", drawn.pin}});
    return http::json({{"items", items}, {"next", nullptr}})
        .header("Cache-Control", "no-store")
        .on({{"import", import.id}});
}

Answer people_csv(Call& call, store::Read& read) {
    return file(export_csv(read, call.caller.organisation_id), "text/csv; charset=utf-8", "roster.csv");
}

Answer people_zip(Call& call, store::Read& read) {
    return file(export_oneroster(read, call.caller.organisation_id), "application/zip", "oneroster.zip");
}

http::Shape pins_shape() {
    return http::page_of(http::object({{"person_id", http::identifier()},
                                       {"nickname", http::text(1, 80)},
                                       {"first_name", http::text(0, 80)},
                                       {"last_name", http::text(0, 80)},
                                       {"classes", http::list(http::text(1, 80), 10'000)},
                                       {"pin", http::pin()}}));
}

void add_preview(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::post("/v1/roster-imports",
                         "Upload a roster, CSV or a OneRoster 1.1 or 1.2 bulk zip, for a preview; it"
                         " replaces the import before")
                  .slow()
                  .by(http::Access::administrator)
                  .tagged("rosters")
                  .body_limit(most_file_bytes)
                  .asks({{"mode?", http::one_of<ImportMode>()}})
                  .gives(import_shape(), 201)
                  .handled([parts](Call& call) { return stage(parts, call); }));
    table.add(http::get("/v1/roster-imports", "The import at hand")
                  .reads()
                  .by(http::Access::administrator)
                  .tagged("rosters")
                  .gives(http::page_of(import_shape()))
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return http::list_answer(parts.imports.list(read, call.caller.organisation_id));
                  }));
    table.add(http::get("/v1/roster-imports/:id", "How far an import is")
                  .reads()
                  .by(http::Access::administrator)
                  .tagged("rosters")
                  .gives(import_shape())
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return http::json(json_of(
                          parts.imports.get(read, call.caller.organisation_id, call.id<ImportId>("id"))));
                  }));
    http::Fields asked = http::paging_fields(1000);
    asked.emplace_back("fate?", fate_shape());
    table.add(http::get("/v1/roster-imports/:id/rows", "Its rows, each with its fate and the reason")
                  .reads()
                  .by(http::Access::administrator)
                  .tagged("rosters")
                  .asks(asked)
                  .gives(http::page_of(row_shape()))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return list_rows(parts, call, read); }));
    table.add(http::get("/v1/roster-imports/:id/errors.csv", "The faulty rows as a CSV file")
                  .reads()
                  .by(http::Access::administrator)
                  .tagged("rosters")
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return faulty_rows(parts, call, read); }));
}

void add_commit(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::post("/v1/roster-imports/:id/commit",
                         "Bring the good rows in; with PINs for new students, if wanted")
                  .writes()
                  .by(http::Access::administrator)
                  .tagged("rosters")
                  .takes(http::object({{"draw_pins?", http::boolean()}}))
                  .gives(import_shape(), 202)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      const Import import =
                          parts.imports.commit(tx, call.caller.organisation_id, call.id<ImportId>("id"),
                                               call.fields().get_or("draw_pins", false));
                      return http::json(json_of(import), 202).on({{"import", import.id}});
                  }));
    table.add(http::post("/v1/roster-imports/:id/pins", "The PINs that an import drew: this once")
                  .reads()
                  .by(http::Access::administrator)
                  .tagged("rosters")
                  .gives(pins_shape())
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return take_pins(parts, call, read); }));
    table.add(http::del("/v1/roster-imports/:id", "Forget an import: who was brought in stays")
                  .slow()
                  .by(http::Access::administrator)
                  .tagged("rosters")
                  .gives(http::nothing(), 204)
                  .handled([parts](Call& call) {
                      parts.imports.remove(call.caller.organisation_id, call.id<ImportId>("id"));
                      return http::no_content().on({{"import", call.id<ImportId>("id")}});
                  }));
}

void add_exports(http::RouteTable& table) {
    table.add(http::get("/v1/roster.csv", "Everybody as a table that an import takes back")
                  .reads()
                  .by(http::Access::administrator)
                  .tagged("rosters")
                  .handled<store::Read>(people_csv));
    table.add(http::get("/v1/roster.zip", "Students, teachers and classes as a OneRoster 1.1 bulk zip")
                  .reads()
                  .by(http::Access::administrator)
                  .tagged("rosters")
                  .handled<store::Read>(people_zip));
}

} // namespace

void add_import_routes(http::RouteTable& table, const PeopleParts& parts) {
    add_preview(table, parts);
    add_commit(table, parts);
    add_exports(table);
}

} // namespace people
