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

constexpr std::size_t faults_named = 100; // nobody reads more of a batch that is wrong all over
constexpr std::size_t longest_key = 64;
constexpr std::size_t longest_id = 128, longest_boot_id = 64; // bytes
constexpr double last_ms = 253'402'300'799'999;               // the year 9999
constexpr double day_ms = 24.0 * 3600 * 1000;

using Faults = std::vector<platform::FieldError>;

// Reads one event's fields, of the batch's `index`-th. It becomes the `slot`-th of those that are kept, if it is
// good.
class EventReader {
public:
    EventReader(Batch& batch, std::size_t index, DataTexts& texts)
        : batch_(batch), index_(index), slot_(batch.events.size()), texts_(texts) {}

    Event read(dom::element element) {
        dom::object object;
        if (element.get(object)) {
            fault("", "must be an object");
            return {};
        }
        for (const dom::key_value_pair field : object) {
            take(field.key, field.value);
        }
        if (!has_kind_) fault("kind", "is missing");
        if (!has_time_) fault("at_ms", "is missing");
        return event_;
    }
    bool is_good() const { return good_; }

private:
    void take(std::string_view key, dom::element value) {
        if (key == "kind") {
            has_kind_ = true;
            event_.kind = name(key, value, 1, longest_kind);
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
        texts_.keep(slot_, offset);
    }

    void fault(std::string_view key, std::string message) {
        good_ = false;
        if (batch_.refused.size() >= faults_named) return;
        batch_.refused.push_back({index_, std::string(key.substr(0, longest_key)), std::move(message)});
    }

    Batch& batch_;
    const std::size_t index_, slot_;
    DataTexts& texts_;
    Event event_;
    bool has_kind_ = false, has_time_ = false, good_ = true;
};

} // namespace

struct EventParser::Impl {
    JsonBody parser;
    DataTexts texts;
    Batch batch;
    std::string numbered_id;

    void read_batch(dom::object object, Faults& faults) {
        bool has_identity = false, has_events = false;
        for (const dom::key_value_pair field : object) {
            has_identity =
                has_identity || field.key == "batch_id" || field.key == "boot_id" || field.key == "number";
            if (field.key == "batch_id") {
                read_text(field, batch.batch_id, longest_id, faults);
            } else if (field.key == "boot_id") {
                read_text(field, batch.boot_id, longest_boot_id, faults);
            } else if (field.key == "number") {
                if (field.value.get(batch.number) || batch.number < 1)
                    faults.push_back({"number", "must be an integer from 1"});
            } else if (field.key == "run_id") {
                std::int64_t number = 0;
                if (field.value.is_null()) continue;
                if (field.value.get(number) || number < 1)
                    faults.push_back({"run_id", "must be an integer from 1"});
                batch.run_id = RunId(number);
            } else if (field.key == "reported_total") {
                std::int64_t total = 0;
                if (field.value.get(total) || total < 0)
                    faults.push_back({"reported_total", "must be an integer from 0"});
                batch.reported_total = total;
            } else if (field.key == "events") {
                has_events = true;
                read_events(field.value, faults);
            } else {
                unknown(field.key, faults);
            }
        }
        if (!has_identity) faults.push_back({"batch_id", "is missing, and so are boot_id and number"});
        if (!has_events) faults.push_back({"events", "is missing"});
        if (faults.empty()) identify(faults);
    }

    static void unknown(std::string_view key, Faults& faults) {
        if (faults.size() < faults_named)
            faults.push_back({std::string(key.substr(0, longest_key)), "is not a field of a batch"});
    }

    static void read_text(const dom::key_value_pair& field, std::string_view& text, std::size_t most,
                          Faults& faults) {
        if (!field.value.get(text) && !text.empty() && text.size() <= most) return;
        faults.push_back(
            {std::string(field.key), "must be a text of 1 to " + std::to_string(most) + " bytes"});
    }

    // The batch is known by a name of its sender's, or by its number in one boot of the sender.
    void identify(Faults& faults) {
        const bool numbered = !batch.boot_id.empty();
        if (numbered != (batch.number > 0))
            return faults.push_back({numbered ? "number" : "boot_id", "is missing"});
        if (!numbered) return;
        if (!batch.batch_id.empty())
            return faults.push_back({"batch_id", "must be absent where boot_id and number are given"});
        numbered_id.assign(batch.boot_id).append("/").append(std::to_string(batch.number));
        batch.batch_id = numbered_id;
    }

    void read_events(dom::element value, Faults& faults) {
        dom::array array;
        if (value.get(array)) return faults.push_back({"events", "must be an array"});
        std::size_t index = 0;
        auto odd = parser.odd().begin();
        for (const dom::element element : array) {
            if (index == batch_events_limit)
                return faults.push_back(
                    {"events", "must be at most " + std::to_string(batch_events_limit) + " events"});
            if (odd != parser.odd().end() && odd->index == index) {
                if (batch.refused.size() < faults_named) batch.refused.push_back(*odd);
                ++odd;
                ++batch.refused_count;
            } else {
                read_event(element, index);
            }
            ++index;
        }
    }

    void read_event(dom::element element, std::size_t index) {
        const std::size_t offset = texts.bytes().size();
        EventReader reader(batch, index, texts);
        batch.events.push_back(reader.read(element));
        if (reader.is_good()) return;
        batch.events.pop_back();
        texts.drop(batch.events.size(), offset);
        ++batch.refused_count;
    }
};

EventParser::EventParser() : impl_(std::make_unique<Impl>()) {}
EventParser::~EventParser() = default;

const Batch& EventParser::parse(std::string& body) {
    impl_->texts.clear();
    Batch& batch = impl_->batch;
    batch.batch_id = batch.boot_id = {};
    batch.number = 0;
    batch.run_id.reset();
    batch.reported_total.reset();
    batch.events.clear();
    batch.refused.clear();
    batch.refused_count = 0;
    dom::object object;
    if (impl_->parser.parse(body).get(object))
        throw platform::Error(platform::ErrorKind::bad_request, "The body must be a JSON object.");
    Faults faults;
    impl_->read_batch(object, faults);
    if (!faults.empty()) throw platform::Error(std::move(faults));
    impl_->texts.give_to(batch.events);
    return batch;
}

} // namespace runs
