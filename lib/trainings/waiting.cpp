#include "trainings/waiting.h"

#include <utility>

#include "platform/error.h"
#include "platform/log.h"
#include "platform/text.h"

namespace trainings {

namespace {

std::shared_ptr<const Handed> handed_of(const Trainings::Shown& shown) {
    const Training& training = shown.training;
    auto handed = std::make_shared<Handed>();
    handed->organisation_id = training.run.organisation_id;
    handed->device_id = training.run.device_id.value_or(DeviceId());
    handed->run_id = training.run.id;
    handed->scenario_id = training.scenario.id;
    handed->scenario_version = training.scenario.version;
    handed->scenario_title = shown.content.title;
    handed->person = training.run.person;
    for (const scenarios::Metric& metric : shown.content.metrics)
        handed->metrics_keys.push_back(metric.key);
    for (const scenarios::ChecklistItem& item : shown.content.checklist)
        handed->checklist_keys.push_back(item.key);
    handed->additional_info = shown.content.additional_info;
    return handed;
}

} // namespace

std::string Waiting::key_of(OrganisationId organisation_id, std::string_view serial_number) {
    return to_string(organisation_id) + "/" + platform::lower_ascii(serial_number);
}

void Waiting::load(store::Read& read, const devices::Devices& devices, const Trainings& trainings) {
    for (const devices::Device& device : devices.all_paired(read))
        device_changed(device);
    for (const Training& training : trainings.all_open(read))
        changed({training, {}, {}, trainings.scenario_of(read, training).content});
}

void Waiting::device_changed(const devices::Device& device) {
    const std::lock_guard lock(mutex_);
    Place& place = places_[device.id];
    place.organisation_id = device.organisation_id;
    place.serial_number = device.serial_number;
    by_serial_number_[key_of(device.organisation_id, device.serial_number)] = device.id;
}

void Waiting::device_removed(DeviceId device_id) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(device_id);
    if (found == places_.end()) return;
    by_serial_number_.erase(key_of(found->second.organisation_id, found->second.serial_number));
    places_.erase(found);
}

void Waiting::changed(const Trainings::Shown& shown) {
    const Training& training = shown.training;
    if (!training.run.device_id || training.run.session_id) return; // a lesson's: its session's
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(*training.run.device_id);
    if (found == places_.end()) return;
    Place& place = found->second;
    const bool is_known = place.handed && place.handed->run_id == training.run.id;
    if (!is_open(training.phase)) {
        if (is_known) place.handed.reset();
        return;
    }
    if (!is_known) place.polled_ms = 0;
    place.handed = handed_of(shown);
    place.fetched = (is_known && place.fetched) || training.phase != Phase::assigned;
    place.busy = (is_known && place.busy) || training.phase == Phase::running;
}

std::optional<DeviceId> Waiting::device_named(OrganisationId organisation_id,
                                              std::string_view serial_number) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_serial_number_.find(key_of(organisation_id, serial_number));
    return found == by_serial_number_.end() ? std::nullopt : std::optional(found->second);
}

bool Waiting::has_device(OrganisationId organisation_id, DeviceId device_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(device_id);
    return found != places_.end() && found->second.organisation_id == organisation_id;
}

Waiting::Polled Waiting::poll(OrganisationId organisation_id, DeviceId device_id, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(device_id);
    if (found == places_.end() || found->second.organisation_id != organisation_id) return {};
    Place& place = found->second;
    if (!place.handed) return {};
    place.polled_ms = now_ms;
    const bool first = !place.fetched;
    place.fetched = true;
    return {place.handed, first};
}

std::vector<std::pair<OrganisationId, RunId>> Waiting::take_busy(std::int64_t now_ms) {
    std::vector<std::pair<OrganisationId, RunId>> busy;
    const std::lock_guard lock(mutex_);
    for (auto& [id, place] : places_) {
        if (!place.handed || !place.fetched || place.busy) continue;
        if (place.polled_ms == 0) place.polled_ms = now_ms; // fetched before the server was restarted
        if (now_ms - place.polled_ms < busy_after_ms) continue;
        place.busy = true;
        busy.emplace_back(place.organisation_id, place.handed->run_id);
    }
    return busy;
}

void keep_fetched(store::Store& store, Trainings& trainings, const Handed& handed,
                  std::function<void(store::Tx&)> and_then) {
    const auto work = [&trainings, organisation_id = handed.organisation_id, run_id = handed.run_id,
                       then = std::move(and_then)](store::Tx& tx) {
        trainings.fetched(tx, organisation_id, run_id);
        then(tx);
        return store::Verdict::keep;
    };
    const auto done = [](std::exception_ptr failure) {
        if (failure) platform::log_warning("that a headset has its training did not reach the disk");
    };
    try {
        store.submit({"training fetched", work, done});
    } catch (const platform::Error&) {
        platform::log_warning(
            "that a headset has its training did not reach the disk: the store is too busy");
    }
}

} // namespace trainings
