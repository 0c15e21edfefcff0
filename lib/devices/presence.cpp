#include "devices/presence.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "platform/json_fields.h"
#include "platform/text.h"

namespace devices {

namespace {

constexpr std::int64_t urgent_every_ms = 2'000; // a big change is kept sooner, but not at each report
constexpr std::int64_t much_battery = 5;        // percent
constexpr std::size_t most_a_job = 500;

template <class Value>
void take(std::optional<Value>& known, const std::optional<Value>& said) {
    if (said) known = said;
}

void merge(Report& known, const Report& said) {
    take(known.battery, said.battery);
    take(known.storage_free, said.storage_free);
    take(known.charging, said.charging);
    take(known.app, said.app);
    take(known.app_version, said.app_version);
    take(known.content, said.content);
    take(known.position_ms, said.position_ms);
    take(known.round_trip_ms, said.round_trip_ms);
    take(known.clock_offset_ms, said.clock_offset_ms);
    take(known.skew_ms, said.skew_ms);
    take(known.gaze, said.gaze);
}

Present present_of(const Device& device) {
    Present present;
    present.device_id = device.id;
    present.organisation_id = device.organisation_id;
    present.last_seen_ms = device.last_seen_ms.value_or(0);
    present.report.battery = device.battery;
    present.report.storage_free = device.storage_free;
    present.report.charging = device.charging;
    if (!device.app.empty()) present.report.app = device.app;
    if (!device.app_version.empty()) present.report.app_version = device.app_version;
    return present;
}

bool is_due(bool unsaved, bool urgent, std::int64_t saved_ms, std::int64_t now_ms) {
    const std::int64_t since_ms = std::llabs(now_ms - saved_ms); // the clock may have been set back
    return unsaved && since_ms >= (urgent ? urgent_every_ms : Presence::keep_every_ms);
}

} // namespace

void Presence::load(store::Read& read, const Devices& devices) {
    for (const Device& device : devices.all_paired(read))
        add(device);
}

void Presence::add(const Device& device) {
    std::lock_guard lock(mutex_);
    auto [state, is_new] = states_.try_emplace(device.id);
    if (is_new) state->second.present = present_of(device);
}

void Presence::remove(DeviceId device_id) {
    std::lock_guard lock(mutex_);
    states_.erase(device_id);
}

// `change` returns whether there is something to announce, even if the headset neither came nor went.
template <class Change>
void Presence::update(DeviceId device_id, Change change) {
    OrganisationId organisation_id;
    bool came_or_went_now = false;
    {
        std::lock_guard lock(mutex_);
        auto found = states_.find(device_id);
        if (found == states_.end()) return;
        const Present& present = found->second.present;
        const bool was_online = present.online;
        const bool has_news = change(found->second);
        came_or_went_now = present.online != was_online;
        if (!has_news && !came_or_went_now) return;
        organisation_id = present.organisation_id;
    }
    changed.now(device_id);
    if (came_or_went_now) came_or_went.now(organisation_id, device_id);
}

void Presence::come_alive(State& state, std::int64_t now_ms) {
    if (!state.present.online) {
        state.urgent = true;
        state.present.online_since_ms = now_ms;
    }
    state.present.online = true;
    state.present.last_seen_ms = now_ms;
    state.unsaved = true;
}

void Presence::seen(DeviceId device_id, const Report& report, std::int64_t now_ms) {
    update(device_id, [&](State& state) {
        come_alive(state, now_ms);
        Report& known = state.present.report;
        const std::optional<bool> charging = known.charging;
        const std::optional<std::string> app = known.app;
        merge(known, report);
        if (known.charging != charging || known.app != app) state.urgent = true;
        if (known.battery && std::llabs(*known.battery - state.saved_battery) >= much_battery)
            state.urgent = true;
        return true;
    });
}

void Presence::heard(DeviceId device_id, std::int64_t now_ms) {
    update(device_id, [&](State& state) {
        come_alive(state, now_ms);
        return false;
    });
}

void Presence::said_hello(DeviceId device_id, std::vector<std::string> capabilities) {
    update(device_id, [&](State& state) {
        state.present.capabilities = std::move(capabilities);
        return true;
    });
}

void Presence::events_off(DeviceId device_id, std::optional<std::int64_t> off_ms) {
    update(device_id,
           [&](State& state) { return std::exchange(state.present.events_off_ms, off_ms) != off_ms; });
}

void Presence::connected(DeviceId device_id, std::int64_t now_ms) {
    update(device_id, [&](State& state) {
        ++state.connections;
        come_alive(state, now_ms);
        return false;
    });
}

void Presence::disconnected(DeviceId device_id, std::int64_t) {
    update(device_id, [&](State& state) {
        if (state.connections > 0) --state.connections;
        if (state.connections > 0 || !state.present.online) return false;
        state.present.online = false;
        state.unsaved = state.urgent = true;
        return false;
    });
}

void Presence::sweep(std::int64_t now_ms) {
    std::vector<std::pair<OrganisationId, DeviceId>> silent;
    {
        std::lock_guard lock(mutex_);
        for (auto& [id, state] : states_) {
            state.present.last_seen_ms =
                std::min(state.present.last_seen_ms, now_ms); // the clock was set back
            if (!state.present.online || now_ms - state.present.last_seen_ms < silence_ms) continue;
            state.present.online = false;
            state.unsaved = state.urgent = true;
            silent.emplace_back(state.present.organisation_id, id);
        }
    }
    for (const auto& [organisation_id, device_id] : silent) {
        changed.now(device_id);
        came_or_went.now(organisation_id, device_id);
    }
}

std::optional<Present> Presence::find(DeviceId device_id) const {
    std::lock_guard lock(mutex_);
    auto found = states_.find(device_id);
    return found == states_.end() ? std::nullopt : std::optional(found->second.present);
}

bool Presence::is_online(DeviceId device_id) const {
    std::lock_guard lock(mutex_);
    auto found = states_.find(device_id);
    return found != states_.end() && found->second.present.online;
}

bool Presence::has_due(std::int64_t now_ms) const {
    std::lock_guard lock(mutex_);
    for (const auto& [id, state] : states_)
        if (is_due(state.unsaved, state.urgent, state.saved_ms, now_ms)) return true;
    return false;
}

void Presence::keep_due(store::Tx& tx) {
    std::vector<Present> due;
    {
        std::lock_guard lock(mutex_);
        for (auto& [id, state] : states_) {
            if (due.size() == most_a_job) break;
            if (!is_due(state.unsaved, state.urgent, state.saved_ms, tx.now_ms())) continue;
            state.unsaved = state.urgent = false;
            state.saved_ms = tx.now_ms();
            state.saved_battery = state.present.report.battery.value_or(-1);
            due.push_back(state.present);
        }
    }
    tx.on_rollback([this, due] {
        std::lock_guard lock(mutex_);
        for (const Present& present : due)
            if (auto found = states_.find(present.device_id); found != states_.end())
                found->second.unsaved = found->second.urgent = true;
    });
    for (const Present& present : due) {
        const Report& report = present.report;
        tx.run(
            "UPDATE devices SET battery = ?3, charging = ?4, storage_free = ?5, app = coalesce(?6, app),"
            " app_version = coalesce(?7, app_version), last_seen_ms = ?8 WHERE organisation_id = ?1 AND id = "
            "?2",
            present.organisation_id, present.device_id, report.battery, report.charging, report.storage_free,
            report.app, report.app_version, present.last_seen_ms);
    }
}

nlohmann::json json_of(const Device& device, const Presence& presence) {
    auto or_null = [](const auto& value) { return value ? nlohmann::json(*value) : nlohmann::json(); };
    const Present present = presence.find(device.id).value_or(present_of(device));
    const Report& report = present.report;
    nlohmann::json last_seen;
    if (present.last_seen_ms != 0) last_seen = platform::iso8601(present.last_seen_ms);
    return {{"id", device.id},
            {"serial_number", device.serial_number},
            {"name", device.name},
            {"model", device.model},
            {"group", device.group},
            {"paired", device.paired},
            {"online", present.online},
            {"battery", or_null(report.battery)},
            {"charging", or_null(report.charging)},
            {"storage_free", or_null(report.storage_free)},
            {"app", report.app.value_or("")},
            {"app_version", report.app_version.value_or("")},
            {"last_seen_at", last_seen},
            {"person", people::json_of(device.person)}};
}

Report report_from(const nlohmann::json& data) {
    const platform::JsonFields fields(data);
    Report report;
    const auto read = [&fields](const char* name, auto& field) {
        field = fields.find<typename std::remove_reference_t<decltype(field)>::value_type>(name);
    };
    read("battery", report.battery);
    read("storage_free", report.storage_free);
    read("charging", report.charging);
    read("app", report.app);
    read("app_version", report.app_version);
    read("content", report.content);
    read("position_ms", report.position_ms);
    read("round_trip_ms", report.round_trip_ms);
    read("clock_offset_ms", report.clock_offset_ms);
    read("skew_ms", report.skew_ms);
    if (const auto gaze = fields.find_object("gaze"))
        report.gaze = Gaze{gaze->get<double>("yaw_deg"), gaze->get<double>("pitch_deg")};
    return report;
}

} // namespace devices
