#include "dialects/unreal/tracking.h"

#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "platform/text.h"
#include "runs/event_text.h"
#include "runs/ingest.h"

namespace dialects::unreal {

namespace {

namespace dom = simdjson::dom;

constexpr double longest_dwell_ms = 24.0 * 3600 * 1000;

namespace field {
enum Place : std::size_t {
    session_id,
    event_type,
    timestamp,
    zone,
    object,
    position,
    rotation,
    target,
    dwell,
    interaction,
    metadata,
    event_data,
    count
};
}

struct Name {
    std::string_view name;
    field::Place place;
    double ms = 1; // of one unit, where the field is a time
};
constexpr Name names[] = {{"session_id", field::session_id}, {"event_type", field::event_type},
                          {"timestamp", field::timestamp},   {"zone_name", field::zone},
                          {"object_name", field::object},    {"position", field::position},
                          {"rotation", field::rotation},     {"gaze_target", field::target},
                          {"dwell_time_ms", field::dwell},   {"interaction_type", field::interaction},
                          {"metadata", field::metadata},     {"event_data", field::event_data}};
constexpr Name inner_names[] = {{"zone_name", field::zone},
                                {"room_name", field::zone},
                                {"object_name", field::object},
                                {"object", field::object},
                                {"position", field::position},
                                {"rotation", field::rotation},
                                {"gaze_target", field::target},
                                {"target", field::target},
                                {"dwell_time_ms", field::dwell},
                                {"duration", field::dwell, 1000},
                                {"interaction_type", field::interaction},
                                {"action", field::interaction},
                                {"metadata", field::metadata}};

template <std::size_t size>
const Name* named(const Name (&list)[size], std::string_view key) {
    for (const Name& one : list)
        if (one.name == key) return &one;
    return nullptr;
}

// Also a number as text; never NaN or an infinity.
std::optional<double> number_of(dom::element value) {
    double number = 0;
    std::string_view text;
    if (!value.get(text)) {
        text = platform::trimmed(text);
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (text.empty() || error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    } else if (value.get(number)) {
        return std::nullopt;
    }
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

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
// A value inside event_data that doesn't fit is no fault: it goes to the metadata, with all that has no name
// here. With a time for events that have none (`now_ms`), that holds for the whole event but its type.
class EventReader {
public:
    EventReader(std::string_view session_id, Faults* faults, std::string& data,
                std::optional<std::int64_t> now_ms = {})
        : session_id_(session_id), faults_(faults), data_(data), now_ms_(now_ms) {}

    bool read(dom::object object) {
        const std::size_t begin = data_.size();
        collect(object);
        take_session();
        take_type();
        take_time();
        take_text(field::zone, event_.zone);
        take_data_text(field::object, "object_name");
        take_position();
        take_rotation();
        take_text(field::target, event_.target);
        take_dwell();
        take_data_text(field::interaction, "interaction_type");
        take_metadata();
        if (data_.size() > begin) data_ += '}';
        return good_;
    }
    const runs::Event& event() const { return event_; }
    std::string_view session_id() const { return session_id_; }

private:
    struct Slot {
        std::string_view key;
        dom::element value;
        double ms = 1;
        bool there = false, inner = false;
    };

    void collect(dom::object object) {
        for (const auto& [key, value] : object) {
            if (const Name* name = named(names, key))
                slots_[name->place] = {key, value, name->ms, true, false};
            else
                rest_.emplace_back(key, value);
        }
        const Slot& outer = slots_[field::event_data];
        if (!filled(outer)) return;
        dom::object inner;
        if (outer.value.get(inner)) return refuse(outer, Fault::dictionary);
        for (const auto& [key, value] : inner)
            collect_inner(key, value);
    }

    void collect_inner(std::string_view key, dom::element value) {
        const Name* name = named(inner_names, key);
        if (!name) return static_cast<void>(rest_.emplace_back(key, value));
        Slot& slot = slots_[name->place];
        if (!filled(slot))
            slot = {key, value, name->ms, true, true};
        else if (slot.inner)
            rest_.emplace_back(key, value); // two names of one field
    }

    static bool filled(const Slot& slot) { return slot.there && !slot.value.is_null(); }

    void refuse(const Slot& slot, Fault fault) {
        if (slot.inner || now_ms_)
            rest_.emplace_back(slot.key, slot.value);
        else
            add_fault(std::string(slot.key), fault);
    }
    void add_fault(std::string place, Fault fault) {
        good_ = false;
        if (faults_) faults_->add(std::move(place), fault);
    }

    static std::optional<Fault> fault_of_text(dom::element value, std::string_view& text, std::size_t most) {
        if (value.get(text)) return Fault::text;
        // Bytes bound code points from above, so most names need no counting.
        if (text.size() > most && platform::utf8_length(text) > most) return Fault::too_long;
        return std::nullopt;
    }

    void take_session() {
        const Slot& slot = slots_[field::session_id];
        if (!filled(slot)) return;
        std::string_view id;
        if (const auto fault = fault_of_text(slot.value, id, id_limit)) return refuse(slot, *fault);
        if (!session_id_.empty() && !id.empty() && id != session_id_)
            refuse(slot, Fault::choice);
        else if (session_id_.empty())
            session_id_ = id;
    }

    void take_type() {
        const Slot& slot = slots_[field::event_type];
        if (!slot.there) return add_fault("event_type", Fault::missing);
        const auto fault = fault_of_text(slot.value, event_.kind, runs::longest_kind);
        if (fault)
            add_fault("event_type", *fault);
        else if (event_.kind.empty())
            add_fault("event_type", Fault::too_short);
    }

    void take_time() {
        const Slot& slot = slots_[field::timestamp];
        event_.at_ms = now_ms_.value_or(0);
        if (!slot.there && !now_ms_) return add_fault("timestamp", Fault::missing);
        if (!slot.there || (now_ms_ && slot.value.is_null())) return;
        std::optional<std::int64_t> ms;
        std::string_view as_text;
        double seconds = 0;
        if (!slot.value.get(as_text))
            ms = ms_of_text(as_text);
        else if (!slot.value.get(seconds))
            ms = ms_of_seconds(seconds);
        if (!ms) return refuse(slot, Fault::time);
        event_.at_ms = *ms;
    }

    void take_text(field::Place place, std::string_view& to) {
        const Slot& slot = slots_[place];
        if (!filled(slot)) return;
        std::string_view text;
        if (const auto fault = fault_of_text(slot.value, text, name_limit)) return refuse(slot, *fault);
        to = text;
    }

    void take_data_text(field::Place place, std::string_view name) {
        const Slot& slot = slots_[place];
        if (!filled(slot)) return;
        std::string_view text;
        if (const auto fault = fault_of_text(slot.value, text, name_limit)) return refuse(slot, *fault);
        begin_data(name);
        runs::append_quoted(data_, text);
    }

    // Some apps have fractions in it, of nought only: "2500", 2500.0. Negative times are kept as they are.
    void take_dwell() {
        const Slot& slot = slots_[field::dwell];
        if (!filled(slot)) return;
        const auto number = number_of(slot.value);
        if (!number) return refuse(slot, Fault::number);
        const double ms = *number * slot.ms;
        if (slot.ms == 1 && std::trunc(ms) != ms) return refuse(slot, Fault::integer);
        if (!(std::abs(ms) <= longest_dwell_ms)) return refuse(slot, Fault::number);
        event_.dwell_ms = std::llround(ms);
    }

    void take_position() {
        const Slot& slot = slots_[field::position];
        dom::object parts;
        if (!filled(slot) || !numbers(slot, parts)) return;
        begin_data("position");
        append_numbers(parts);
    }

    // Yaw and pitch are the event's own fields; a rotation with more than these two is also kept as it came.
    void take_rotation() {
        const Slot& slot = slots_[field::rotation];
        dom::object parts;
        if (!filled(slot) || !numbers(slot, parts)) return;
        std::optional<double> pitch, yaw;
        bool more = false;
        for (const auto& [key, value] : parts) {
            const auto number = number_of(value);
            if (key == "pitch")
                pitch = number;
            else if (key == "yaw")
                yaw = number;
            else
                more = more || key != "roll" || number != 0.0;
        }
        if (pitch && yaw) {
            set_direction(event_, *pitch, *yaw);
            if (!more && event_.pitch_deg == pitch && event_.yaw_deg == yaw) return;
        }
        begin_data("rotation");
        append_numbers(parts);
    }

    // False: a part is no number, or it has no parts. It may have any.
    bool numbers(const Slot& slot, dom::object& parts) {
        if (slot.value.get(parts)) {
            refuse(slot, Fault::dictionary);
            return false;
        }
        bool good = true;
        for (const auto& [key, value] : parts) {
            if (number_of(value)) continue;
            good = false;
            if (slot.inner || now_ms_) continue;
            add_fault(std::string(slot.key).append(".").append(key), Fault::number);
        }
        if (!good && (slot.inner || now_ms_)) refuse(slot, Fault::number);
        return good;
    }
    void append_numbers(dom::object parts) {
        char before = '{';
        for (const auto& [key, value] : parts) {
            data_ += before;
            runs::append_quoted(data_, key);
            data_ += ':';
            if (value.is_string())
                runs::append_number(data_, number_of(value).value_or(0));
            else
                runs::append_json(data_, value);
            before = ',';
        }
        data_ += before == '{' ? "{}" : "}";
    }

    // What was sent as such, and then whatever has no place of its own. A name is kept once.
    void take_metadata() {
        const Slot& slot = slots_[field::metadata];
        dom::object sent;
        const bool has_sent = filled(slot) && !slot.value.get(sent);
        if (filled(slot) && !has_sent) refuse(slot, Fault::dictionary);
        if (!good_ || (!has_sent && rest_.empty())) return;
        begin_data("metadata");
        if (rest_.empty()) return runs::append_json(data_, slot.value);
        std::set<std::string_view> kept;
        char before = '{';
        const auto keep = [&](std::string_view key, dom::element value) {
            if (!kept.insert(key).second) return;
            data_ += before;
            runs::append_quoted(data_, key);
            data_ += ':';
            runs::append_json(data_, value);
            before = ',';
        };
        if (has_sent)
            for (const auto& [key, value] : sent)
                keep(key, value);
        for (const auto& [key, value] : rest_)
            keep(key, value);
        data_ += '}';
    }

    void begin_data(std::string_view key) {
        data_ += has_data_ ? ",\"" : "{\"";
        has_data_ = true;
        data_.append(key).append("\":");
    }

    std::string_view session_id_;
    Faults* const faults_;
    std::string& data_;
    const std::optional<std::int64_t> now_ms_;
    std::array<Slot, field::count> slots_;
    std::vector<std::pair<std::string_view, dom::element>> rest_;
    runs::Event event_;
    bool good_ = true, has_data_ = false;
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

const Tracked& TrackingReader::read_event(std::string& body, std::optional<std::int64_t> now_ms) {
    const dom::object object = parse(body);
    Faults faults;
    EventReader reader("", &faults, texts_.bytes(), now_ms);
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
