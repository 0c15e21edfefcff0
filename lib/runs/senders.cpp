#include "runs/senders.h"

#include <utility>

namespace runs {

void Senders::load(store::Read& read) {
    moved_.clear();
    for (auto rows = read.query("SELECT device_id, number FROM sender_numbers"); rows.step();) {
        const auto [moved_id, number] = rows.values<DeviceId, std::int64_t>();
        moved_.emplace(moved_id, number);
    }
    loaded_ = true;
}

std::int64_t Senders::number_of(store::Read& read, DeviceId device_id) {
    if (!loaded_) load(read);
    const auto found = moved_.find(device_id);
    return found == moved_.end() ? device_id.value() : found->second;
}

DeviceId Senders::device_of(store::Read& read, std::int64_t number) {
    if (!loaded_) load(read);
    for (const auto& [device_id, moved_number] : moved_)
        if (moved_number == number) return device_id;
    return DeviceId(number);
}

bool Senders::was_on(store::Read& read, RunId run_id, DeviceId device_id) {
    return read
        .integer("SELECT 1 FROM former_senders WHERE run_id = ? AND number = ?", run_id,
                 number_of(read, device_id))
        .has_value();
}

void Senders::leave(store::Tx& tx, RunId run_id, DeviceId device_id) {
    tx.run("INSERT OR IGNORE INTO former_senders (run_id, number) VALUES (?, ?)", run_id,
           number_of(tx, device_id));
    note_move(tx);
}

void Senders::replace(store::Tx& tx, OrganisationId organisation_id, DeviceId id, DeviceId by_id) {
    const std::int64_t broken = number_of(tx, id), fresh = number_of(tx, by_id);
    // Its runs stay with its place, and whatever it has not sent yet belongs to them.
    tx.run(
        "INSERT OR IGNORE INTO former_senders (run_id, number) SELECT id, ?3 FROM runs"
        " WHERE organisation_id = ?1 AND device_id = ?2",
        organisation_id, id, broken);
    for (const auto& [device_id, number] : {std::pair(id, fresh), std::pair(by_id, broken)})
        tx.run(
            "INSERT INTO sender_numbers (device_id, organisation_id, number) VALUES (?1, ?2, ?3)"
            " ON CONFLICT (device_id) DO UPDATE SET number = ?3",
            device_id, organisation_id, number);
    note_move(tx);
}

void Senders::note_move(store::Tx& tx) {
    const auto forget = [this] {
        loaded_ = false;
        ++moves_;
    };
    forget();
    tx.on_rollback(forget);
}

} // namespace runs
