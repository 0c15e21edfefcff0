#include "sessions/before/fetching.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "platform/error.h"

namespace sessions {

namespace {

using Json = nlohmann::json;

template <class AnId>
std::vector<AnId> ids_of(store::Statement rows) {
    std::vector<AnId> ids;
    while (rows.step())
        ids.push_back(rows.values<AnId>());
    return ids;
}

template <class AnId>
void require_all(store::Read& read, store::Sql sql, OrganisationId organisation_id,
                 const std::vector<AnId>& ids, const std::string& field, const char* what) {
    std::vector<platform::FieldError> faults;
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (!read.integer(sql, organisation_id, ids[i]))
            faults.push_back({field + "[" + std::to_string(i) + "]", what});
    if (!faults.empty()) throw platform::Error(std::move(faults));
}

std::vector<ContentId> contents_of(store::Read& read, OrganisationId organisation_id,
                                   const FetchOrder& order) {
    require_all(read, "SELECT id FROM contents WHERE organisation_id = ? AND id = ? AND archived_ms IS NULL",
                organisation_id, order.content_ids, "content_ids", "must be content of this organisation");
    if (!order.content_ids.empty()) return order.content_ids;
    auto found = ids_of<ContentId>(
        read.query("SELECT DISTINCT l.content_id FROM lessons l WHERE l.organisation_id = ?1"
                   " AND l.content_id IS NOT NULL AND (l.id = ?2 OR l.id IN"
                   " (SELECT lesson_id FROM session_lessons WHERE session_id = ?3))",
                   organisation_id, order.lesson_id, order.session_id));
    if (found.empty()) platform::throw_invalid("lesson_id", "must be a lesson with content on the box");
    return found;
}

std::vector<DeviceId> headsets_of(store::Read& read, OrganisationId organisation_id,
                                  const FetchOrder& order) {
    require_all(read, "SELECT id FROM devices WHERE organisation_id = ? AND id = ? AND paired = 1",
                organisation_id, order.device_ids, "device_ids",
                "must be a paired headset of this organisation");
    if (!order.device_ids.empty()) return order.device_ids;
    auto found = ids_of<DeviceId>(read.query(
        "SELECT d.id FROM devices d LEFT JOIN seats s ON s.device_id = d.id"
        " LEFT JOIN logins l ON l.device_id = d.id AND l.proof = 'device'"
        " WHERE d.organisation_id = ?1 AND d.paired = 1 AND (?2 IS NULL OR s.room_id = ?2) AND (?3 IS NULL OR"
        " coalesce(l.person_id, s.person_id) IN (SELECT person_id FROM class_students WHERE class_id = ?3))"
        " ORDER BY d.id LIMIT 1000",
        organisation_id, order.room_id, order.class_id));
    if (found.empty()) platform::throw_invalid("device_ids", "must name headsets; there are none here");
    return found;
}

} // namespace

std::vector<Held> Fetching::order(store::Tx& tx, OrganisationId organisation_id, const FetchOrder& order) {
    const auto contents = contents_of(tx, organisation_id, order);
    const auto headsets = headsets_of(tx, organisation_id, order);
    std::vector<Held> listed;
    for (const DeviceId device_id : headsets) {
        for (const ContentId content_id : contents)
            tx.run(
                "INSERT INTO device_contents (device_id, organisation_id, sha256, state, updated_ms)"
                " SELECT ?1, ?2, sha256, 'wanted', ?4 FROM contents WHERE organisation_id = ?2 AND id = ?3"
                " ON CONFLICT DO UPDATE SET state = 'wanted', error = '', updated_ms = excluded.updated_ms"
                " WHERE state = 'failed'",
                device_id, organisation_id, content_id, tx.now_ms());
        for (Held& held : list(tx, organisation_id, device_id, std::nullopt))
            if (held.content_id && std::ranges::find(contents, *held.content_id) != contents.end())
                listed.push_back(std::move(held));
        ordered(tx, device_id, push_of(tx, organisation_id, device_id));
        tell_progress(tx, organisation_id, device_id);
    }
    return listed;
}

void Fetching::report(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id,
                      const std::vector<HeldReport>& reports, bool complete) {
    if (complete) // content missing from a complete report is fetched again
        tx.run(
            "UPDATE device_contents SET state = 'wanted', received_bytes = 0 WHERE device_id = ? AND state = "
            "'whole'",
            device_id);
    for (const HeldReport& report : reports)
        tx.run(
            "INSERT INTO device_contents (device_id, organisation_id, sha256, state, received_bytes, error, "
            "updated_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state,"
            " received_bytes = excluded.received_bytes, error = excluded.error, updated_ms = "
            "excluded.updated_ms",
            device_id, organisation_id, report.sha256, report.state, report.received_bytes, report.error,
            tx.now_ms());
    tell_progress(tx, organisation_id, device_id);
}

void Fetching::tell_progress(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
    progressed(tx, device_id, progress_of(list(tx, organisation_id, device_id, std::nullopt)));
}

std::vector<Held> Fetching::list(store::Read& read, OrganisationId organisation_id,
                                 std::optional<DeviceId> device_id,
                                 std::optional<ContentId> content_id) const {
    auto rows = read.query(
        "SELECT h.device_id, c.id, coalesce(c.title, ''), h.sha256, h.state, coalesce(c.size, 0), "
        "h.received_bytes, h.error"
        " FROM device_contents h LEFT JOIN contents c ON c.id = (SELECT max(id) FROM contents"
        "  WHERE organisation_id = ?1 AND sha256 = h.sha256)"
        " WHERE h.organisation_id = ?1 AND (?2 IS NULL OR h.device_id = ?2) AND (?3 IS NULL OR c.id = ?3)"
        " ORDER BY h.device_id, c.id LIMIT 10000",
        organisation_id, device_id, content_id);
    std::vector<Held> held;
    while (rows.step()) {
        Held& one = held.emplace_back();
        rows.read(one.device_id, one.content_id, one.title, one.sha256, one.state, one.size,
                  one.received_bytes, one.error);
        if (one.state == HeldState::whole) one.received_bytes = one.size;
    }
    return held;
}

Json Fetching::push_of(store::Read& read, OrganisationId organisation_id, DeviceId device_id) const {
    Json items = Json::array();
    for (const Held& held : list(read, organisation_id, device_id, std::nullopt))
        if (held.content_id && held.state != HeldState::whole)
            items.push_back({{"content_id", *held.content_id},
                             {"title", held.title},
                             {"url", "/v1/content/" + to_string(*held.content_id) + "/file"},
                             {"size", held.size},
                             {"sha256", held.sha256}});
    return {{"piece_bytes", piece_bytes}, {"items", std::move(items)}};
}

Json progress_of(const std::vector<Held>& held) {
    std::int64_t wanted = 0, whole = 0, failed = 0, received = 0, total = 0;
    for (const Held& one : held) {
        if (!one.content_id) continue;
        ++wanted;
        whole += one.state == HeldState::whole;
        failed += one.state == HeldState::failed;
        received += one.received_bytes;
        total += one.size;
    }
    if (wanted == 0) return {};
    return {{"wanted", wanted},
            {"whole", whole},
            {"failed", failed},
            {"received_bytes", received},
            {"total_bytes", total}};
}

Json json_of(const Held& held) {
    return {{"device_id", held.device_id},
            {"content_id", held.content_id ? Json(*held.content_id) : Json()},
            {"title", held.title},
            {"sha256", held.sha256},
            {"state", platform::name_of(held.state)},
            {"size", held.size},
            {"received_bytes", held.received_bytes},
            {"error", held.error}};
}

} // namespace sessions
