#include "dialects/unreal/tracking.h"

#include <array>
#include <cmath>

#include "platform/text.h"
#include "runs/event_text.h"
#include "runs/ingest.h"

namespace dialects::unreal {

namespace {

namespace dom = simdjson::dom;

constexpr double longest_dwell_ms = 24.0 * 3600 * 1000;

// An engine's pitch may exceed 90 degrees, which means looking backwards upside down, or be 350 for 10
// degrees down.
void set_direction(runs::Event& event, double pitch, double yaw) {
    pitch = std::remainder(pitch, 360);
    if (std::abs(pitch) > 90) {
        pitch = std::copysign(180, pitch) - pitch;
        yaw += 180;
    }
    event.pitch_deg = pitch;
    event.yaw_deg = std::abs(yaw) <= 180 ? yaw : std::remainder(yaw, 360);
}

// Reads one event. Without `faults` the caller doesn't need the faulty fields, so the first fault ends it.
class EventReader {
public:
    EventReader(std::string_view session_id, Faults* faults, std::string& data)
        : session_id_(session_id), faults_(faults), data_(data) {}

    bool read(dom::object object) {
        const std::size_t begin = data_.size();
        for (const auto& [key, value] : object) {
            take(key, value);
            if (!good_ && !faults_) return false;
        }
        if (!has_type_) fault("event_type", Fault::missing);
        if (!has_time_) fault("timestamp", Fault::missing);
        if (data_.size() > begin) data_ += '}';
        return good_;
    }
    const runs::Event& event() const { return event_; }
    std::string_view session_id() const { return session_id_; }

private:
    void take(std::string_view key, dom::element value) {
        if (key == "event_type") {
            has_type_ = true;
            event_.kind = text("event_type", value, runs::longest_kind, 1);
        } else if (key == "timestamp") {
            has_time_ = true;
            take_time(value);
        } else if (value.is_null()) {
            return; // as good as absent
        } else if (key == "gaze_target") {
            event_.target = text("gaze_target", value, name_limit);
        } else if (key == "zone_name") {
            event_.zone = text("zone_name", value, name_limit);
        } else if (key == "rotation") {
            take_rotation(value);
        } else if (key == "dwell_time_ms") {
            take_dwell(value);
        } else if (key == "position") {
            take_position(value);
        } else if (key == "object_name" || key == "interaction_type") {
            const bool object = key == "object_name";
            const auto name = text(object ? "object_name" : "interaction_type", value, name_limit);
            begin_data(key);
            runs::append_quoted(data_, name);
        } else if (key == "metadata") {
            if (!value.is_object()) return fault("metadata", Fault::dictionary);
            begin_data(key);
            runs::append_json(data_, value);
        } else if (key == "session_id") {
            take_session(value);
        }
    }

    void take_session(dom::element value) {
        const std::string_view id = text("session_id", value, id_limit);
        if (!session_id_.empty() && !id.empty() && id != session_id_)
            fault("session_id", Fault::choice);
        else if (session_id_.empty())
            session_id_ = id;
    }

    void take_time(dom::element value) {
        std::optional<std::int64_t> ms;
        std::string_view as_text;
        double seconds = 0;
        if (!value.get(as_text))
            ms = ms_of_text(as_text);
        else if (!value.get(seconds))
            ms = ms_of_seconds(seconds);
        if (!ms) fault("timestamp", Fault::time);
        event_.at_ms = ms.value_or(0);
    }

    void take_dwell(dom::element value) {
        double ms = 0;
        if (value.get(ms) || !(ms >= 0 && ms <= longest_dwell_ms))
            return fault("dwell_time_ms", Fault::number);
        event_.dwell_ms = std::llround(ms);
    }

    void take_position(dom::element value) {
        double unused = 0;
        if (!numbers("position", {"x", "y", "z"}, {&unused, &unused, &unused}, value)) return;
        begin_data("position");
        runs::append_json(data_, value);
    }

    // Yaw and pitch are the event's own fields; a rotation with more than these two is also kept as it came.
    void take_rotation(dom::element value) {
        double pitch = 0, yaw = 0, roll = 0;
        if (!numbers("rotation", {"pitch", "yaw", "roll"}, {&pitch, &yaw, &roll}, value)) return;
        set_direction(event_, pitch, yaw);
        if (roll == 0 && event_.pitch_deg == pitch && event_.yaw_deg == yaw) return;
        begin_data("rotation");
        runs::append_json(data_, value);
    }

    bool numbers(const char* name, std::array<const char*, 3> parts, std::array<double*, 3> to,
                 dom::element value) {
        dom::object object;
        if (value.get(object)) {
            fault(name, Fault::dictionary);
            return false;
        }
        bool good = true;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            dom::element part;
            const bool there = !object.at_key(parts[i]).get(part);
            if (there && !part.get(*to[i])) continue;
            good = false;
            good_ = false;
            if (faults_)
                faults_->add(std::string(name) + "." + parts[i], there ? Fault::number : Fault::missing);
        }
        return good;
    }

    std::string_view text(const char* name, dom::element value, std::size_t most, std::size_t least = 0) {
        std::string_view text;
        if (value.get(text)) {
            fault(name, Fault::text);
        } else if (text.size() < least) {
            fault(name, Fault::too_short);
        } else if (text.size() > most && platform::utf8_length(text) > most) {
            // Bytes bound code points from above, so most names need no counting.
            fault(name, Fault::too_long);
        }
        return text;
    }

    void begin_data(std::string_view key) {
        data_ += has_data_ ? ",\"" : "{\"";
        has_data_ = true;
        data_.append(key).append("\":");
    }

    void fault(const char* name, Fault fault) {
        good_ = false;
        if (faults_) faults_->add(name, fault);
    }

    std::string_view session_id_;
    Faults* const faults_;
    std::string& data_;
    runs::Event event_;
    bool good_ = true, has_type_ = false, has_time_ = false, has_data_ = false;
};

} // namespace

dom::object TrackingReader::parse(std::string& body) {
    texts_.clear();
    tracked_.session_id = tracked_.batch_id = {};
    tracked_.events.clear();
    tracked_.total = 0;
    if (platform::trimmed(body).empty()) body = "{}";
    dom::element root;
    try {
        root = parser_.parse(body);
    } catch (const platform::Error& error) {
        if (error.kind() == platform::ErrorKind::bad_request) throw_fault("", Fault::json);
        throw;
    }
    dom::object object;
    if (root.get(object)) throw_fault("", Fault::dictionary);
    return object;
}

void TrackingReader::read_envelope(dom::object object, Faults& faults) {
    bool has_session = false, has_events = false;
    for (const auto& [key, value] : object) {
        if (key == "session_id") {
            has_session = true;
            if (value.get(tracked_.session_id))
                faults.add("session_id", Fault::text);
            else if (tracked_.session_id.empty())
                faults.add("session_id", Fault::too_short);
            else if (platform::utf8_length(tracked_.session_id) > id_limit)
                faults.add("session_id", Fault::too_long);
        } else if (key == "events") {
            has_events = true;
            dom::array array;
            if (value.get(array))
                faults.add("events", Fault::list);
            else if (array.size() > runs::batch_events_limit)
                faults.add("events", Fault::too_many);
        } else if (key == "batch_id") {
            if (value.is_null()) continue;
            if (value.get(tracked_.batch_id))
                faults.add("batch_id", Fault::text);
            else if (tracked_.batch_id.size() > 128)
                faults.add("batch_id", Fault::too_long);
        } else if (key == "sent_at") {
            if (value.is_object() || value.is_array() || value.is_bool()) faults.add("sent_at", Fault::time);
        }
    }
    if (!has_session) faults.add("session_id", Fault::missing);
    if (!has_events) faults.add("events", Fault::missing);
}

const Tracked& TrackingReader::read_batch(std::string& body) {
    const dom::object object = parse(body);
    Faults faults;
    read_envelope(object, faults);
    faults.throw_if_any();
    dom::array array;
    if (object.at_key("events").get(array)) throw_fault("events", Fault::list);
    for (const dom::element element : array) {
        ++tracked_.total;
        dom::object one;
        if (element.get(one)) continue;
        const std::size_t offset = texts_.bytes().size();
        EventReader reader(tracked_.session_id, nullptr, texts_.bytes());
        if (!reader.read(one)) {
            texts_.bytes().resize(offset);
            continue;
        }
        if (texts_.bytes().size() > offset) texts_.keep(tracked_.events.size(), offset);
        tracked_.events.push_back(reader.event());
    }
    texts_.give_to(tracked_.events);
    return tracked_;
}

const Tracked& TrackingReader::read_event(std::string& body) {
    const dom::object object = parse(body);
    Faults faults;
    EventReader reader("", &faults, texts_.bytes());
    reader.read(object);
    faults.throw_if_any();
    tracked_.session_id = reader.session_id();
    tracked_.total = 1;
    tracked_.events.push_back(reader.event());
    if (!texts_.bytes().empty()) texts_.keep(0, 0);
    texts_.give_to(tracked_.events);
    return tracked_;
}

} // namespace dialects::unreal
