// Batches of events: Lectern's own, and the unreal dialect's batches and single events. Whatever is kept must
// come out as JSON that the sqlite3 shell can take apart.
#include <nlohmann/json.hpp>

#include "dialects/unreal/tracking.h"
#include "fuzz/support/fuzz.h"
#include "platform/error.h"
#include "runs/event_parser.h"
#include "runs/event_text.h"
#include "runs/ingest.h"
#include "runs/rollup.h"

namespace fuzz {

namespace {

constexpr std::int64_t base_ms = 1'788'249'600'000;

// As it is stored.
std::string text_of(const std::vector<runs::Event>& events, std::size_t input_bytes) {
    std::string text;
    runs::append_events(text, events, base_ms);
    const auto stored = nlohmann::json::parse(text, nullptr, false);
    demand(stored.is_array() && stored.size() == events.size(), "stored events are JSON", text);
    // A control character takes at most six characters, two came in; a number's digits may be written out.
    demand(text.size() <= 64 + 32 * input_bytes + 512 * events.size(), "what is stored is bounded", text);
    for (const runs::Event& event : events) {
        demand(!event.kind.empty() && event.kind.size() <= 4 * 64, "an event has a kind, and a short one");
        demand(event.data.empty() || nlohmann::json::parse(event.data, nullptr, false).is_object(),
               "data is an object", event.data);
        demand(event.at_ms >= 0, "an event has a time");
        demand(!event.pitch_deg || (*event.pitch_deg >= -90 && *event.pitch_deg <= 90),
               "pitch has its range");
        demand(!event.yaw_deg || (*event.yaw_deg >= -360 && *event.yaw_deg <= 360), "yaw has its range");
    }
    return text;
}

void sum_up(const std::vector<runs::Event>& events) {
    runs::Rollup rollup;
    for (const runs::Event& event : events)
        rollup.add(event);
    std::string grid, kinds, zones;
    runs::append_grid(grid, rollup.gaze);
    runs::append_totals(kinds, rollup.kinds);
    runs::append_totals(zones, rollup.zones);
    demand(runs::grid_from(grid) == rollup.gaze, "a grid comes back as it was stored", grid);
    demand(runs::totals_from(kinds) == rollup.kinds, "totals of kinds come back as they were stored", kinds);
    demand(runs::totals_from(zones) == rollup.zones, "totals of zones come back as they were stored", zones);
    demand(rollup.kinds.size() <= runs::names_limit + 1, "invented names don't make a rollup grow");
}

// "": it was refused.
std::string read_batch(runs::EventParser& parser, std::string body) {
    const std::size_t bytes = body.size();
    try {
        const runs::Batch& batch = parser.parse(body);
        demand(body.size() == bytes, "a body keeps its length");
        demand(batch.events.size() + batch.refused_count <= runs::batch_events_limit, "a batch is bounded");
        demand(batch.refused.size() <= 100, "only the first faults are named");
        demand(!batch.batch_id.empty(), "a batch has a name");
        sum_up(batch.events);
        return text_of(batch.events, bytes);
    } catch (const platform::Error& error) {
        demand(error.kind() != platform::ErrorKind::internal, "a fault is the sender's", error.what());
        return {};
    }
}

void read_unreal(dialects::unreal::TrackingReader& reader, std::string body, bool single) {
    const std::size_t bytes = body.size();
    try {
        const auto& tracked = single ? reader.read_event(body) : reader.read_batch(body);
        demand(tracked.events.size() <= tracked.total, "no event is made up");
        sum_up(tracked.events);
        text_of(tracked.events, bytes);
    } catch (const platform::Error& error) {
        demand(error.kind() != platform::ErrorKind::internal, "a fault is the sender's", error.what());
    }
}

} // namespace

void fuzz_events(std::string_view input) {
    static runs::EventParser used; // has seen every input before
    runs::EventParser fresh;
    const std::string text = read_batch(used, std::string(input));
    demand(text == read_batch(fresh, std::string(input)), "a parser keeps nothing of the batch before");
    static dialects::unreal::TrackingReader reader;
    read_unreal(reader, std::string(input), false);
    read_unreal(reader, std::string(input), true);
}

} // namespace fuzz
