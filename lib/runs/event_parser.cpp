#include "runs/event_parser.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "platform/error.h"
#include "platform/text.h"
#include "runs/ingest.h"
#include "runs/json_body.h"

namespace runs {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t faults_named = 100;       // nobody reads more of a batch that is wrong all over
constexpr double last_ms = 253'402'300'799'999; // the year 9999
constexpr double day_ms = 24.0 * 3600 * 1000;

struct Faults {
    std::vector<platform::FieldError> list;
    void add(std::string field, std::string message) {
        if (list.size() < faults_named) list.push_back({std::move(field), std::move(message)});
    }
};

// Reads one event's fields. A fault names its place, whose text is made only when there is a fault.
class EventReader {
public:
    EventReader(Faults& faults, std::size_t index, DataTexts& texts)
        : faults_(faults), index_(index), texts_(texts) {}

    Event read(dom::element element) {
        dom::object object;
        if (element.get(object)) {
            faults_.add("events[" + std::to_string(index_) + "]", "must be an object");
            return {};
        }
        for (const dom::key_value_pair field : object) {
            take(field.key, field.value);
        }
        if (!has_kind_) fault("kind", "is missing");
        if (!has_time_) fault("at_ms", "is missing");
        return event_;
    }

private:
    void take(std::string_view key, dom::element value) {
        if (key == "kind") {
            has_kind_ = true;
            event_.kind = name(key, value, 1, 64);
        } else if (key == "at_ms") {
            has_time_ = true;
            event_.at_ms = whole(key, value, last_ms).value_or(0);
        } else if (key == "yaw_deg") {
            event_.yaw_deg = number(key, value, -360, 360);
        } else if (key == "pitch_deg") {
            event_.pitch_deg = number(key, value, -90, 90);
        } else if (key == "zone") {
            event_.zone = name(key, value, 0, 200);
        } else if (key == "target") {
            event_.target = name(key, value, 0, 200);
        } else if (key == "dwell_ms") {
            event_.dwell_ms = whole(key, value, day_ms);
        } else if (key == "position_ms") {
            event_.position_ms = whole(key, value, last_ms);
        } else if (key == "sent_ms") {
            event_.sent_ms = whole(key, value, last_ms);
        } else if (key == "data") {
            take_data(value);
        } else {
            fault(key, "is not a field of an event; what is yours goes into data");
        }
    }

    std::optional<double> number(std::string_view key, dom::element value, double least, double most) {
        double found = 0;
        if (value.get(found) || !(found >= least && found <= most)) {
            fault(key, "must be a number from " + std::to_string(static_cast<std::int64_t>(least)) + " to " +
                           std::to_string(static_cast<std::int64_t>(most)));
            return std::nullopt;
        }
        return found;
    }

    std::optional<std::int64_t> whole(std::string_view key, dom::element value, double most) {
        const auto found = number(key, value, 0, most);
        return found ? std::optional(std::llround(*found)) : std::nullopt;
    }

    std::string_view name(std::string_view key, dom::element value, std::size_t least, std::size_t most) {
        std::string_view text;
        // The bytes bound the code points from above, so most names need no counting.
        if (value.get(text) || text.size() < least ||
            (text.size() > most && platform::utf8_length(text) > most)) {
            fault(key, "must be a text of " + std::to_string(least) + " to " + std::to_string(most) +
                           " characters");
            return {};
        }
        return text;
    }

    void take_data(dom::element value) {
        if (!value.is_object()) return fault("data", "must be an object");
        const std::size_t offset = texts_.bytes().size();
        append_json(texts_.bytes(), value);
        texts_.keep(index_, offset);
    }

    void fault(std::string_view key, std::string message) {
        faults_.add("events[" + std::to_string(index_) + "]." + std::string(key), std::move(message));
    }

    Faults& faults_;
    const std::size_t index_;
    DataTexts& texts_;
    Event event_;
    bool has_kind_ = false, has_time_ = false;
};

} // namespace

struct EventParser::Impl {
    JsonBody parser;
    DataTexts texts;
    Batch batch;

    void read_batch(dom::object object, Faults& faults) {
        bool has_id = false, has_events = false;
        for (const dom::key_value_pair field : object) {
            if (field.key == "batch_id") {
                has_id = true;
                if (field.value.get(batch.batch_id) || batch.batch_id.empty() || batch.batch_id.size() > 128)
                    faults.add("batch_id", "must be a text of 1 to 128 bytes");
            } else if (field.key == "run_id") {
                std::int64_t number = 0;
                if (field.value.is_null()) continue;
                if (field.value.get(number) || number < 1) faults.add("run_id", "must be an integer from 1");
                batch.run_id = RunId(number);
            } else if (field.key == "reported_total") {
                std::int64_t total = 0;
                if (field.value.get(total) || total < 0)
                    faults.add("reported_total", "must be an integer from 0");
                batch.reported_total = total;
            } else if (field.key == "events") {
                has_events = true;
                read_events(field.value, faults);
            } else {
                faults.add(std::string(field.key), "is not a field of a batch");
            }
        }
        if (!has_id) faults.add("batch_id", "is missing");
        if (!has_events) faults.add("events", "is missing");
    }

    void read_events(dom::element value, Faults& faults) {
        dom::array array;
        if (value.get(array)) return faults.add("events", "must be an array");
        for (const dom::element element : array) {
            if (batch.events.size() == batch_events_limit)
                return faults.add("events",
                                  "must be at most " + std::to_string(batch_events_limit) + " events");
            batch.events.push_back(EventReader(faults, batch.events.size(), texts).read(element));
        }
    }
};

EventParser::EventParser() : impl_(std::make_unique<Impl>()) {}
EventParser::~EventParser() = default;

const Batch& EventParser::parse(std::string& body) {
    impl_->texts.clear();
    impl_->batch.batch_id = {};
    impl_->batch.run_id.reset();
    impl_->batch.reported_total.reset();
    impl_->batch.events.clear();
    dom::object object;
    if (impl_->parser.parse(body).get(object))
        throw platform::Error(platform::ErrorKind::bad_request, "The body must be a JSON object.");
    Faults faults;
    impl_->read_batch(object, faults);
    if (!faults.list.empty()) throw platform::Error(std::move(faults.list));
    impl_->texts.give_to(impl_->batch.events);
    return impl_->batch;
}

} // namespace runs
