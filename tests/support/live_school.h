// The school of the stories about live lessons: two teachers, Ada, a room of two rows with a headset in each,
// and a session with one video for that room.
#pragma once

#include <functional>
#include <string>

#include "platform/ids.h"
#include "support/live_headset.h"

namespace support {

struct LiveSchool {
    explicit LiveSchool(bool with_dpvr = false) : box({}, 5s, "", 10min, with_dpvr) {
        const Credential head = box.set_up();
        box.add_person(head, "teacher", "Ms Rossi");
        box.add_person(head, "teacher", "Mr Bianchi");
        teacher = box.log_in("Ms Rossi");
        colleague = box.log_in("Mr Bianchi");
        box.add_person(teacher, "student", "Ada");
        room = box.make_room(teacher, "Room 2", 2, 3);
        first = box.pair(teacher, "DPVR-01");
        second = box.pair(teacher, "DPVR-02");
        const Json seats =
            box.expect(200, "GET", "/v1/rooms/" + room.at("id").dump(), nullptr, teacher).at("seats");
        seat(seats.at(0), first.id);
        seat(seats.at(3), second.id); // in the second row
        const Json lesson = box.expect(
            201, "POST", "/v1/lessons",
            {{"title", "Coral reef"}, {"kind", "video"}, {"content", "reef.mp4"}, {"duration_ms", 600'000}},
            teacher);
        session = box.expect(201, "POST", "/v1/sessions",
                             {{"title", "Oceans"},
                              {"room_id", room.at("id")},
                              {"lesson_ids", Json::array({lesson.at("id")})}},
                             teacher)
                      .at("id");
    }
    void seat(const Json& seat, DeviceId device_id) {
        box.expect(200, "PATCH", "/v1/seats/" + seat.at("id").dump(), {{"device_id", device_id}}, teacher);
    }
    std::string path(const std::string& rest) const {
        return "/v1/sessions/" + to_string(session) + "/" + rest;
    }
    Json order(const Json& order, int status = 200) {
        return box.expect(status, "POST", path("commands"), order, teacher);
    }

    TestAppliance box;
    Credential teacher, colleague;
    TestAppliance::Headset first, second;
    Json room;
    SessionId session;
};

// The entry of a topic, once it fulfils `wanted`.
inline Json wait_for_entry(LiveClient& page, const std::string& key,
                           const std::function<bool(const Json&)>& wanted) {
    const auto holds = [&](const Json& pushed) {
        if (pushed.value("type", "") != "topic") return false;
        const Json entries = pushed.at("data").value("entries", Json::object());
        return entries.contains(key) && wanted(entries.at(key));
    };
    const Json message = holds(page.last()) ? page.last() : page.wait_for(holds);
    return message.at("data").at("entries").at(key);
}

} // namespace support
