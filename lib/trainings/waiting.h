// Trainings that wait or run on each headset, in memory. Headsets ask each second: a thousand of them cost
// next to nothing, and the store is asked only when something changes. Built from committed rows alone;
// load() brings it back after a restart.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "devices/device.h"
#include "platform/ids.h"
#include "store/store.h"
#include "trainings/training.h"

namespace trainings {

// The training as a headset receives it; it never changes once made.
struct Handed {
    OrganisationId organisation_id;
    DeviceId device_id;
    RunId run_id;
    ScenarioId scenario_id;
    std::int64_t scenario_version = 0;
    std::string scenario_title;
    std::optional<people::PersonReference> person;
    std::vector<std::string> metrics_keys, checklist_keys;
    std::string additional_info; // JSON
};

class Waiting {
public:
    // A headset that has received a training and stops asking is busy doing it.
    static constexpr std::int64_t busy_after_ms = 3'000;

    void load(store::Read& read, const devices::Devices& devices, const Trainings& trainings);

    // ---- any thread ----
    void device_changed(const devices::Device& device); // paired
    void device_removed(DeviceId device_id);
    void changed(const Trainings::Shown& shown);

    // The organisation's paired headset of that name.
    std::optional<DeviceId> device_named(OrganisationId organisation_id,
                                         std::string_view serial_number) const;
    bool has_device(OrganisationId organisation_id, DeviceId device_id) const;

    struct Polled {
        std::shared_ptr<const Handed> handed; // null: nothing waits
        bool first = false;                   // handed out for the first time
    };
    Polled poll(OrganisationId organisation_id, DeviceId device_id, std::int64_t now_ms);

    // Headsets that became busy since the last call: organisation, run.
    std::vector<std::pair<OrganisationId, RunId>> take_busy(std::int64_t now_ms);

private:
    struct Place { // of a headset
        OrganisationId organisation_id;
        std::string serial_number;
        std::shared_ptr<const Handed> handed;
        bool fetched = false, busy = false;
        std::int64_t polled_ms = 0;
    };
    static std::string key_of(OrganisationId organisation_id, std::string_view serial_number);

    mutable std::mutex mutex_;
    std::unordered_map<DeviceId, Place> places_; // by the headset's id
    std::unordered_map<std::string, DeviceId> by_serial_number_;
};

// Stores that a headset received its training, with `and_then` in the same transaction. Does not wait: the
// headset has it either way, and gets it again until its record has come.
void keep_fetched(store::Store& store, Trainings& trainings, const Handed& handed,
                  std::function<void(store::Tx&)> and_then);

} // namespace trainings
