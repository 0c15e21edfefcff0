#include "runs/batch_numbers.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "runs/senders.h"

namespace runs {

namespace {

std::vector<std::int64_t> numbers_of(std::string_view text) {
    return nlohmann::json::parse(text).get<std::vector<std::int64_t>>();
}

// False: it was counted before, or there is no room to remember it.
bool count(StoredNumbers& numbers, std::int64_t number) {
    if (number <= numbers.up_to) return false;
    auto& beyond = numbers.beyond;
    if (number == numbers.up_to + 1) {
        ++numbers.up_to;
        auto next = beyond.begin();
        for (; next != beyond.end() && *next == numbers.up_to + 1; ++next)
            ++numbers.up_to;
        beyond.erase(beyond.begin(), next);
        return true;
    }
    const auto place = std::ranges::lower_bound(beyond, number);
    if (place != beyond.end() && *place == number) return false;
    if (beyond.size() >= BatchNumbers::most_beyond) return false;
    beyond.insert(place, number);
    return true;
}

} // namespace

void BatchNumbers::load(store::Read& read, Senders& senders) {
    const std::lock_guard lock(mutex_);
    numbers_.clear();
    for (auto rows = read.query("SELECT sender, boot_id, up_to, beyond, received_ms FROM batch_numbers"
                                " ORDER BY sender, received_ms DESC");
         rows.step();) {
        StoredNumbers numbers;
        std::int64_t sender = 0;
        std::string_view beyond;
        rows.read(sender, numbers.boot_id, numbers.up_to, beyond, numbers.received_ms);
        numbers.beyond = numbers_of(beyond);
        numbers_[senders.device_of(read, sender)].push_back(std::move(numbers));
    }
}

void BatchNumbers::stored(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id,
                          std::int64_t sender, std::string_view boot_id, std::int64_t number) {
    StoredNumbers numbers;
    numbers.boot_id = boot_id;
    // What this transaction's group has stored is not in memory yet.
    auto rows =
        tx.query("SELECT up_to, beyond FROM batch_numbers WHERE sender = ? AND boot_id = ?", sender, boot_id);
    const bool is_known = rows.step();
    if (is_known) {
        std::string_view beyond;
        rows.read(numbers.up_to, beyond);
        numbers.beyond = numbers_of(beyond);
    }
    if (!count(numbers, number)) return;
    numbers.received_ms = tx.now_ms();
    tx.run(
        "INSERT INTO batch_numbers (sender, boot_id, organisation_id, up_to, beyond, received_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET"
        " up_to = ?4, beyond = ?5, received_ms = ?6",
        sender, boot_id, organisation_id, numbers.up_to, nlohmann::json(numbers.beyond).dump(),
        numbers.received_ms);
    if (!is_known)
        tx.run(
            "DELETE FROM batch_numbers WHERE sender = ?1 AND boot_id NOT IN (SELECT boot_id FROM"
            " batch_numbers WHERE sender = ?1 ORDER BY received_ms DESC, boot_id = ?2 DESC LIMIT ?3)",
            sender, boot_id, static_cast<std::int64_t>(most_boots));
    tx.after_commit([this, device_id, numbers = std::move(numbers)] { keep(device_id, numbers); });
}

void BatchNumbers::keep(DeviceId device_id, StoredNumbers numbers) {
    const std::lock_guard lock(mutex_);
    auto& all = numbers_[device_id];
    std::erase_if(all, [&](const StoredNumbers& other) { return other.boot_id == numbers.boot_id; });
    all.insert(all.begin(), std::move(numbers));
    if (all.size() > most_boots) all.pop_back();
}

void BatchNumbers::exchange(store::Tx& tx, DeviceId one_id, DeviceId other_id) {
    tx.after_commit([this, one_id, other_id] {
        const std::lock_guard lock(mutex_);
        std::swap(numbers_[one_id], numbers_[other_id]);
    });
}

std::vector<StoredNumbers> BatchNumbers::of(DeviceId device_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = numbers_.find(device_id);
    return found == numbers_.end() ? std::vector<StoredNumbers>() : found->second;
}

} // namespace runs
