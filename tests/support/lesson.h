// A lesson across the domains: two headsets on seats of a room, students, and a session of two lessons there,
// with a teacher who gives commands. On the real services, without a network.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platform/ids.h"
#include "support/classroom.h"

namespace support {

using sessions::Action;
using sessions::Order;

// A class of two on seats 0 and 1 of the room, and a session with two lessons there.
struct Lesson : Classroom {
    PersonId ada = add_student("Ada"), ben = add_student("Ben");
    LessonId reef = add_lesson("Coral reef", 600'000), mars = add_lesson("Mars", 300'000);
    DeviceId device_1 = add_device("DPVR-01"), device_2 = add_device("DPVR-02");
    SessionId session;

    Lesson() {
        put_on_seat(0, device_1, ada);
        put_on_seat(1, device_2);
        sessions::NewSession wanted;
        wanted.title = "Oceans";
        wanted.teacher_id = teacher;
        wanted.room_id = room;
        wanted.lesson_ids = {reef, mars};
        session = make(wanted);
    }

    SessionId make(const sessions::NewSession& wanted) {
        const SessionId id =
            write([&](store::Tx& tx) { return services->director.create(tx, organisation, wanted).id; });
        run_posted();
        return id;
    }
    sessions::Ordered order(Action action, std::optional<std::int64_t> lesson_index = {},
                            std::optional<std::int64_t> position_ms = {}) {
        return order(session, {action, lesson_index, position_ms});
    }
    sessions::Ordered order(SessionId id, const Order& order) {
        const auto ordered = write([&](store::Tx& tx) {
            return services->director.order(tx, services->sessions.get(tx, organisation, id), order, teacher);
        });
        run_posted();
        return *ordered;
    }
    sessions::Session now() {
        return read([&](store::Read& read) { return services->sessions.get(read, organisation, session); });
    }
    std::int64_t position() { return now().position_at(clock.now_ms()); }
    // Newest first.
    std::vector<runs::Run> runs() {
        return read([&](store::Read& read) {
            return services->runs.list(read, organisation, {.session_id = session}, {}).items;
        });
    }
    void answer(DeviceId device_id, std::int64_t number, sessions::AnswerState state,
                std::optional<double> skew_ms = {}, const std::string& error = "") {
        write([&](store::Tx& tx) {
            services->director.answer(tx, organisation, session, number, {device_id, state, skew_ms, error});
        });
        run_posted();
    }
    nlohmann::json entry(const std::string& topic, const std::string& key) const {
        const auto* found = services->hub.entry(topic, key);
        return found ? *found : nlohmann::json();
    }
    nlohmann::json command(std::int64_t number) const {
        return entry("session/" + to_string(session), "command/" + std::to_string(number));
    }
    nlohmann::json device_entry(DeviceId device_id) const {
        return entry("organisation/" + to_string(organisation), "device/" + to_string(device_id));
    }
    void tick() {
        services->director.tick();
        services->board.tick();
        run_posted();
    }
};

} // namespace support
