#include "app/moving_in/bring_in.h"

#include <algorithm>

#include "devices/remembered.h"
#include "http/serving/shape.h"
#include "platform/error.h"
#include "platform/text.h"
#include "scenarios/scenario_routes.h"

namespace app::moving_in {

namespace {

constexpr std::size_t made_at_once = 20;
constexpr const char *headset_kind = "headsets", *room_kind = "rooms", *scenario_kind = "scenarios",
                     *lesson_kind = "lessons";

std::string reason_of(const std::vector<platform::FieldError>& faults) {
    std::string reason;
    for (const auto& fault : faults)
        reason += (reason.empty() ? "" : "; ") + fault.field + " " + fault.message;
    return reason;
}

http::Shape room_shape() {
    constexpr std::int64_t far = 100'000;
    return http::object({{"name", http::text(1, 80)},
                         {"seat_types", http::list(http::text(1, 80), rooms::Rooms::most_seat_types)},
                         {"seats", http::list(http::object({{"row", http::integer(1, 50)},
                                                            {"place", http::integer(1, 50)},
                                                            {"x", http::integer(0, far)},
                                                            {"y", http::integer(0, far)},
                                                            {"width?", http::integer(1, 1000)},
                                                            {"height?", http::integer(1, 1000)},
                                                            {"rotation?", http::integer(-360, 360)},
                                                            {"seat_type", http::text(1, 80)},
                                                            {"status?", http::one_of({"maintenance"})}}),
                                              rooms::Rooms::most_seats)}});
}

http::Shape lesson_shape() {
    return http::object({{"title", http::text(1, 200)},
                         {"kind", http::one_of<courses::LessonKind>()},
                         {"content", http::text(0, 2000)}});
}

Json room_of(const JsonFields& item) {
    return {
        {"name", item.json("name")}, {"seat_types", item.json("seat_types")}, {"seats", item.json("seats")}};
}

// "": no two seats have the same row and place.
std::string fault_of_places(const JsonFields& room) {
    std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> places;
    std::size_t number = 0;
    for (const JsonFields& seat : room.objects("seats")) {
        const std::pair place{seat.get<std::int64_t>("row"), seat.get<std::int64_t>("place")};
        if (const auto [found, first] = places.emplace(place, number); !first)
            return "seats[" + std::to_string(number) + "].place is the row and place of seats[" +
                   std::to_string(found->second) + "]";
        ++number;
    }
    return "";
}

rooms::Layout layout_of(const JsonFields& item, const std::vector<rooms::SeatType>& present) {
    rooms::Layout layout;
    layout.seat_types.emplace();
    for (const std::string& name : item.get<std::vector<std::string>>("seat_types")) {
        rooms::LayoutType type{std::nullopt, name};
        for (const rooms::SeatType& known : present)
            if (platform::lower_ascii(known.name) == platform::lower_ascii(name)) type.id = known.id;
        layout.seat_types->push_back(std::move(type));
    }
    for (const JsonFields& seat : item.objects("seats")) {
        rooms::LayoutSeat& placed = layout.seats.emplace_back();
        placed.row = seat.get<std::int64_t>("row");
        placed.place = seat.get<std::int64_t>("place");
        placed.x = seat.get<std::int64_t>("x");
        placed.y = seat.get<std::int64_t>("y");
        placed.width = seat.get_or("width", placed.width);
        placed.height = seat.get_or("height", placed.height);
        placed.rotation = seat.get_or("rotation", placed.rotation);
        placed.seat_type = seat.get<std::string>("seat_type");
        placed.status = seat.find<rooms::SeatStatus>("status");
    }
    return layout;
}

} // namespace

// ---- the report ----

void Report::refuse(const std::string& kind, const std::string& from, const std::string& reason) {
    ++counts_[kind].refused;
    if (refused_.size() < most_listed)
        refused_.emplace_back(from, reason);
    else
        ++unlisted_;
}

Json Report::json() const {
    Json kinds = Json::array(), refused = Json::array();
    for (const auto& [kind, counts] : counts_)
        kinds.push_back(
            {{"kind", kind}, {"new", counts.added}, {"here", counts.here}, {"refused", counts.refused}});
    for (const auto& [from, reason] : refused_)
        refused.push_back({{"from", from}, {"reason", reason}});
    return {{"kinds", std::move(kinds)}, {"refused", std::move(refused)}, {"unlisted", unlisted_}};
}

// ---- making ----

// A few items share a transaction. Where one of them fails, each gets its own, so that it fails alone.
void BringIn::make_all(const std::vector<Making>& all) {
    for (std::size_t first = 0; first < all.size(); first += made_at_once) {
        const std::size_t end = std::min(first + made_at_once, all.size());
        bool together = true;
        if (write_) {
            try {
                services_.store.write("moving in", [&](store::Tx& tx) {
                    for (std::size_t i = first; i < end; ++i)
                        all[i].make(tx);
                });
            } catch (const platform::Error& error) {
                if (error.kind() == platform::ErrorKind::storage_full ||
                    error.kind() == platform::ErrorKind::unavailable)
                    throw;
                together = false;
            }
        }
        for (std::size_t i = first; i < end; ++i)
            together ? report_.add(all[i].kind) : make_alone(all[i]);
    }
}

void BringIn::make_alone(const Making& one) {
    try {
        services_.store.write("moving in", [&](store::Tx& tx) { one.make(tx); });
        report_.add(one.kind);
    } catch (const platform::Error& error) {
        if (error.kind() == platform::ErrorKind::storage_full ||
            error.kind() == platform::ErrorKind::unavailable)
            throw;
        report_.refuse(one.kind, one.from,
                       error.fields().empty() ? std::string(error.what()) : reason_of(error.fields()));
    }
}

bool BringIn::is_unfit(const std::string& kind, const std::string& from, const http::Shape& shape,
                       const Json& value) {
    const auto faults = shape.faults(value);
    if (!faults.empty()) report_.refuse(kind, from, reason_of(faults));
    return !faults.empty();
}

bool BringIn::is_repeated(const std::string& kind, const std::string& from, const std::string& name) {
    if (taken_.insert(kind + " " + platform::lower_ascii(name)).second) return false;
    report_.refuse(kind, from, "another one of that name or id is in the file");
    return true;
}

Json BringIn::run(const JsonFields& plan) {
    people(plan.find_objects("people"));
    classes(plan.find_objects("classes"));
    headsets(plan.find_objects("headsets"));
    rooms(plan.find_objects("rooms"));
    scenarios(plan.find_objects("scenarios"));
    lessons(plan.find_objects("lessons"));
    runs(plan.find_objects("runs"));
    return report_.json();
}

// ---- headsets, rooms ----

void BringIn::headsets(const std::vector<JsonFields>& items) {
    std::vector<Making> makings;
    services_.store.read([&](store::Read& read) {
        for (const JsonFields& item : items) {
            const auto key = item.get<std::string>("key"), from = item.get<std::string>("from"),
                       serial_number = item.get<std::string>("serial_number");
            const auto paired = services_.devices.by_serial_number(read, serial_number);
            if (serial_number.empty() || serial_number.size() > 80) {
                report_.refuse(headset_kind, from, "its serial number must have 1 to 80 characters");
            } else if (is_repeated(headset_kind, from, serial_number)) {
                continue;
            } else if (paired && paired->organisation_id != organisation_id_) {
                report_.refuse(headset_kind, from, "is paired with another organisation of this box");
            } else if (const auto known =
                           devices::with_serial_number(read, organisation_id_, serial_number)) {
                headsets_[key] = *known;
                report_.here(headset_kind);
            } else {
                headsets_[key] = std::nullopt;
                makings.push_back({headset_kind, from, [this, key, serial_number](store::Tx& tx) {
                                       headsets_[key] =
                                           devices::remember_headset(tx, organisation_id_, serial_number);
                                   }});
            }
        }
    });
    make_all(makings);
}

void BringIn::rooms(const std::vector<JsonFields>& items) {
    std::vector<Making> makings;
    services_.store.read([&](store::Read& read) {
        const auto present = services_.rooms.list(read, organisation_id_);
        for (const JsonFields& item : items) {
            const Json room = room_of(item);
            const auto from = item.get<std::string>("from"), name = text_of(room, "name");
            if (is_repeated(room_kind, from, name)) continue;
            const auto known = std::ranges::find_if(present, [&name](const rooms::Room& one) {
                return platform::lower_ascii(one.name) == platform::lower_ascii(name);
            });
            if (known != present.end()) {
                const bool same =
                    services_.rooms.seats(read, organisation_id_, known->id).size() == room["seats"].size();
                same ? report_.here(room_kind)
                     : report_.refuse(room_kind, from, "a room of that name with other seats is here");
                continue;
            }
            if (is_unfit(room_kind, from, room_shape(), room)) continue;
            if (const std::string fault = fault_of_places(JsonFields(room)); !fault.empty()) {
                report_.refuse(room_kind, from, fault);
                continue;
            }
            makings.push_back(
                {room_kind, from, [this, room](store::Tx& tx) {
                     const JsonFields fields(room);
                     const auto made = services_.rooms.make_grid(tx, organisation_id_,
                                                                 fields.get<std::string>("name"), 1, 1);
                     const auto types = services_.rooms.seat_types(tx, organisation_id_, made.id);
                     services_.rooms.save_layout(tx, organisation_id_, made.id, layout_of(fields, types));
                 }});
        }
    });
    for (const Making& making : makings) // each for itself: a room may have hundreds of seats
        make_all({making});
}

// ---- scenarios, lessons ----

// False while a prerequisite of it is neither here nor coming yet.
bool BringIn::take_scenario(store::Read& read, const JsonFields& item, std::vector<Making>& makings) {
    const auto key = item.get<std::string>("key"), from = item.get<std::string>("from");
    const auto required = item.get<std::vector<std::string>>("prerequisites");
    if (const auto known = services_.scenarios.find_public(read, organisation_id_, key)) {
        scenarios_[key] = known->id;
        report_.here(scenario_kind);
        return true;
    }
    for (const std::string& other : required)
        if (!scenarios_.contains(other)) return false;
    const Json& content = item.json("content");
    if (is_unfit(scenario_kind, from, scenarios::scenario_content_shape(), content)) return true;
    if (const auto faults = scenarios::faults_of(scenarios::content_from(content)); !faults.empty()) {
        report_.refuse(scenario_kind, from, reason_of(faults));
        return true;
    }
    if (is_repeated(scenario_kind, from, text_of(content, "title"))) return true;
    if (services_.scenarios.find_title(read, organisation_id_, text_of(content, "title"))) {
        report_.refuse(scenario_kind, from, "a scenario of that title is here");
        return true;
    }
    scenarios_[key] = std::nullopt;
    makings.push_back({scenario_kind, from, [this, key, required, content](store::Tx& tx) {
                           std::vector<ScenarioId> ids;
                           for (const std::string& other : required)
                               ids.push_back(scenarios_.at(other).value());
                           scenarios_[key] = services_.scenarios
                                                 .add(tx, organisation_id_, scenarios::content_from(content),
                                                      ids, std::nullopt, key)
                                                 .id;
                       }});
    return true;
}

void BringIn::scenarios(const std::vector<JsonFields>& items) {
    std::vector<JsonFields> waiting = items;
    std::vector<Making> makings;
    services_.store.read([&](store::Read& read) {
        for (std::size_t before = waiting.size() + 1; waiting.size() < before;) {
            before = waiting.size();
            std::erase_if(waiting,
                          [&](const JsonFields& item) { return take_scenario(read, item, makings); });
        }
    });
    for (const JsonFields& item : waiting)
        report_.refuse(scenario_kind, item.get<std::string>("from"),
                       "what must be completed before it was not taken, or needs it in turn");
    make_all(makings);
}

void BringIn::lessons(const std::vector<JsonFields>& items) {
    std::vector<Making> makings;
    services_.store.read([&](store::Read& read) {
        for (const JsonFields& item : items) {
            const auto key = item.get<std::string>("key"), from = item.get<std::string>("from");
            courses::NewLesson lesson;
            lesson.title = item.get<std::string>("title");
            lesson.content = item.get<std::string>("content");
            const Json fields = {
                {"title", lesson.title}, {"kind", item.json("kind")}, {"content", lesson.content}};
            if (is_unfit(lesson_kind, from, lesson_shape(), fields)) continue;
            lesson.kind = item.get<courses::LessonKind>("kind");
            const auto known = read.id<LessonId>(
                "SELECT id FROM lessons WHERE organisation_id = ? AND title = ? AND content = ? AND archived = 0"
                " ORDER BY id LIMIT 1",
                organisation_id_, lesson.title, lesson.content);
            lessons_[key] = known;
            if (known) {
                report_.here(lesson_kind);
                continue;
            }
            makings.push_back({lesson_kind, from, [this, key, lesson](store::Tx& tx) {
                                   lessons_[key] = services_.lessons.add(tx, organisation_id_, lesson).id;
                               }});
        }
    });
    make_all(makings);
}

} // namespace app::moving_in
