#include "trainings/board.h"
#include "platform/json_fields.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace trainings {

namespace {

constexpr std::int64_t shown_after_end_ms = 3'600'000;

template <class AnId>
std::string topic_of(const char* kind, AnId id) {
    return std::string(kind) + "/" + to_string(id);
}

} // namespace

struct Board::Impl {
    explicit Impl(platform::Clock& the_clock) : clock(the_clock) {}

    struct Shown {
        std::int64_t closes_ms = 0; // 0: the training is open
        std::set<std::string> notes;
    };
    platform::Clock& clock;
    std::map<RunId, Shown> runs;
    std::map<DeviceId, RunId> newest;

    void show_in_queue(live::Hub& hub, const trainings::Training& training) {
        if (!training.run.device_id || training.run.session_id) return; // a lesson is not in the queue
        RunId& run_id = newest[*training.run.device_id];
        if (training.run.id < run_id) return;
        run_id = training.run.id;
        const std::string topic = topic_of("organisation", training.run.organisation_id);
        const std::string key = topic_of("training", *training.run.device_id);
        if (training.phase == trainings::Phase::cancelled)
            hub.erase(topic, key);
        else
            hub.set(topic, key, json_of(training));
    }

    void show_run(live::Hub& hub, const trainings::Trainings::Shown& change) {
        const trainings::Training& training = change.training;
        const std::string topic = topic_of("run", training.run.id);
        hub.open_topic(topic, training.run.organisation_id, platform::Role::viewer);
        Shown& shown = runs[training.run.id];
        shown.closes_ms = is_open(training.phase) ? 0 : clock.now_ms() + shown_after_end_ms;
        live::Json entry = json_of(training);
        entry["lines"] = live::Json::parse(training.lines);
        hub.set(topic, "training", std::move(entry));
        for (const live::Json& item : items_json(training, change.content, change.ticks))
            hub.set(topic, "item/" + platform::JsonFields(item).get<std::string>("key"), item);
        std::set<std::string> notes;
        for (const trainings::Note& note : change.notes) {
            const std::string key = topic_of("note", note.id);
            notes.insert(key);
            hub.set(topic, key, json_of(note));
        }
        for (const std::string& key : shown.notes)
            if (!notes.contains(key)) hub.erase(topic, key);
        shown.notes = std::move(notes);
    }
};

Board::Board(live::Hub& hub, platform::Clock& clock) : hub_(hub), impl_(std::make_shared<Impl>(clock)) {}
Board::~Board() = default;

void Board::changed(const trainings::Trainings::Shown& shown) {
    hub_.post([impl = impl_, shown](live::Hub& hub) {
        impl->show_in_queue(hub, shown.training);
        impl->show_run(hub, shown);
    });
}

void Board::device_removed(OrganisationId organisation_id, DeviceId device_id) {
    hub_.post([impl = impl_, organisation_id, device_id](live::Hub& hub) {
        impl->newest.erase(device_id);
        hub.erase(topic_of("organisation", organisation_id), topic_of("training", device_id));
    });
}

void Board::tick() {
    const std::int64_t now_ms = impl_->clock.now_ms();
    std::erase_if(impl_->runs, [&](const auto& entry) {
        const auto& [run_id, shown] = entry;
        if (shown.closes_ms == 0 || shown.closes_ms > now_ms) return false;
        hub_.close_topic(topic_of("run", run_id));
        return true;
    });
}

} // namespace trainings
