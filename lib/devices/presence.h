// Presence: which headsets are there, and what each last reported. Kept in memory, because every headset
// reports each second; what must survive a restart (battery, storage, app) reaches the store in batches.
//
// A headset is online while something was heard of it in the last 10 s; it goes offline at once when its last
// socket closes. Nobody else keeps whether it is: all ask here, from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "devices/device.h"
#include "platform/ids.h"
#include "store/hook.h"
#include "store/transaction.h"

namespace devices {

struct Gaze {
    double yaw_deg = 0, pitch_deg = 0;
};

// A headset's report about itself, about once a second; it sends only what it knows.
struct Report {
    std::optional<std::int64_t> battery, storage_free;
    std::optional<bool> charging;
    std::optional<std::string> app, app_version;
    std::optional<std::string> content; // what it shows
    std::optional<std::int64_t> position_ms;
    std::optional<double> round_trip_ms, clock_offset_ms, skew_ms;
    std::optional<Gaze> gaze;
};

struct Present {
    DeviceId device_id;
    OrganisationId organisation_id;
    bool online = false;
    std::int64_t online_since_ms = 0; // when it came last; 0: not since the start
    std::int64_t last_seen_ms = 0;    // 0: never
    Report report;                    // the newest value of each field it reported
    // Its newest events have times that far from now, which cannot be.
    std::optional<std::int64_t> events_off_ms;
    std::vector<std::string> capabilities; // as it said hello
};

class Presence {
public:
    static constexpr std::int64_t silence_ms = 10'000;
    static constexpr std::int64_t keep_every_ms = 30'000;

    void load(store::Read& read, const Devices& devices);

    // ---- any thread ----
    void add(const Device& device);  // paired: known from now on
    void remove(DeviceId device_id); // unpaired
    void seen(DeviceId device_id, const Report& report, std::int64_t now_ms);
    void heard(DeviceId device_id,
               std::int64_t now_ms); // a sign of life without a report: a pong, a poll
    void said_hello(DeviceId device_id, std::vector<std::string> capabilities);
    void events_off(DeviceId device_id, std::optional<std::int64_t> off_ms);
    void connected(DeviceId device_id, std::int64_t now_ms);
    void disconnected(DeviceId device_id, std::int64_t now_ms);
    // Marks headsets offline that have been silent for too long. Called every second.
    void sweep(std::int64_t now_ms);
    std::optional<Present> find(DeviceId device_id) const;
    bool is_online(DeviceId device_id) const;

    // ---- to the store ----
    bool has_due(std::int64_t now_ms) const;
    void keep_due(store::Tx& tx); // a job of the writer; what fails is due again

    // Online or offline, or a new report; who wants to know what, asks. Told without a lock held, on the thread
    // that caused it.
    store::After<DeviceId> changed;
    store::After<OrganisationId, DeviceId> came_or_went; // after `changed`

private:
    struct State {
        Present present;
        int connections = 0;
        bool unsaved = false, urgent = false;
        std::int64_t saved_ms = 0, saved_battery = -1;
    };
    static void come_alive(State& state, std::int64_t now_ms);
    template <class Change>
    void update(DeviceId device_id, Change change);

    mutable std::mutex mutex_;
    std::unordered_map<DeviceId, State> states_;
};

// The device with the newest values that it reported.
nlohmann::json json_of(const Device& device, const Presence& presence);
Report report_from(const nlohmann::json& data); // fits the shape of headset.report

} // namespace devices
