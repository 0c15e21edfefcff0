// A school with a teacher, a class of students and a room, on the real services without a network: for tests
// of what happens between domains. The test plays the io thread: posted work runs when the test says so.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/recovery.h"
#include "app/services.h"
#include "platform/ids.h"
#include "support/fake_connection.h"
#include "support/manual_clock.h"
#include "support/sequence_random.h"
#include "support/temporary_folder.h"

namespace support {

class Classroom {
    // Before the services, whose writer posts until it has stopped.
    std::mutex mutex_;
    std::vector<std::function<void()>> posted_;

public:
    template <class Work>
    auto write(Work work) {
        return services->store.write("test", work);
    }
    template <class Work>
    auto read(Work work) {
        return services->store.read(work);
    }

    Classroom() {
        start();
        write([&](store::Tx& tx) {
            organisation = services->organisations.add(tx, {.name = "Fern Hill"}).id;
            people::NewPerson ms_rossi;
            ms_rossi.role = platform::Role::teacher;
            ms_rossi.nickname = "Ms Rossi";
            teacher = services->people.add(tx, organisation, ms_rossi).id;
            class_id = services->classes.add(tx, organisation, "4b", teacher).id;
            room = services->rooms.make_grid(tx, organisation, "Room 2", 2, 5).id;
        });
        services->board.organisation_added(organisation);
        run_posted();
    }

    // As after a kill: memory is gone, committed rows are there.
    void restart() {
        services.reset();
        posted_.clear();
        start();
    }

    // Waits for the writer, then runs what it posted, until nothing more follows.
    void run_posted() {
        do {
            write([](store::Tx&) {});
        } while (run_once());
    }

    PersonId add_student(const std::string& nickname) {
        return write([&](store::Tx& tx) {
            people::NewPerson person;
            person.nickname = nickname;
            const PersonId id = services->people.add(tx, organisation, person).id;
            services->classes.add_student(tx, organisation, class_id, id);
            return id;
        });
    }
    DeviceId add_device(const std::string& serial_number) {
        const DeviceId id = write([&](store::Tx& tx) {
            const int code = services->pairing.make_code(tx, organisation, teacher).code;
            return services->pairing.pair_with_code(tx, code, {serial_number, "DPVR P1", serial_number})
                .device.value()
                .id;
        });
        run_posted();
        return id;
    }
    // Seats are numbered from 0, row by row.
    SeatId put_on_seat(std::size_t number, std::optional<DeviceId> device_id,
                       std::optional<PersonId> person_id = {}) {
        const SeatId seat_id = write([&](store::Tx& tx) {
            const auto seat = services->rooms.seats(tx, organisation, room).at(number);
            rooms::SeatChange change;
            change.device_id = device_id;
            if (person_id) change.person_id = person_id;
            services->rooms.change_seat(tx, organisation, seat.id, change);
            return seat.id;
        });
        run_posted();
        return seat_id;
    }
    void sign_in(DeviceId device_id, std::optional<PersonId> person_id) {
        write([&](store::Tx& tx) {
            std::optional<people::PersonReference> person;
            if (person_id) {
                const auto found = services->people.get(tx, organisation, *person_id);
                person = people::PersonReference{found.id, found.nickname};
            }
            services->logins.sign_in_on_device(tx, organisation, device_id, person);
        });
        run_posted();
    }
    LessonId add_lesson(const std::string& title, std::optional<std::int64_t> duration_ms) {
        return write([&](store::Tx& tx) {
            return services->lessons
                .add(tx, organisation, {title, courses::LessonKind::video, title + ".mp4", duration_ms})
                .id;
        });
    }

    TemporaryFolder folder;
    ManualClock clock;
    SequenceRandom random;
    std::unique_ptr<app::Services> services;
    OrganisationId organisation;
    PersonId teacher;
    ClassId class_id;
    RoomId room;

private:
    void start() {
        app::ServicesOptions options;
        options.folder = folder.path();
        options.hashing = platform::SecretHasher::Cost::least;
        services =
            std::make_unique<app::Services>(options, clock, random, [this](std::function<void()> work) {
                std::lock_guard lock(mutex_);
                posted_.push_back(std::move(work));
            });
        app::recover(*services);
        run_posted();
    }
    bool run_once() {
        std::vector<std::function<void()>> work;
        {
            std::lock_guard lock(mutex_);
            work.swap(posted_);
        }
        for (const auto& one : work)
            one();
        return !work.empty();
    }
};

// A headset's socket, as the hub and the Director see it.
class Headset {
public:
    Headset(Classroom& classroom, DeviceId device_id) : id(device_id), classroom_(classroom) { connect(); }

    void connect() {
        connection = std::make_shared<FakeConnection>();
        platform::Caller caller;
        caller.organisation_id = classroom_.organisation;
        caller.device_id = id;
        client_ = classroom_.services->hub.add_client(connection, live::Delivery::immediate, caller);
        classroom_.services->presence.connected(id, classroom_.clock.now_ms());
        classroom_.services->director.headset_connected(client_, caller);
        classroom_.run_posted();
    }
    void disconnect() {
        classroom_.services->director.headset_disconnected(client_);
        classroom_.services->presence.disconnected(id, classroom_.clock.now_ms());
        classroom_.services->hub.remove_client(client_);
        classroom_.run_posted();
    }
    // The newest message of that type.
    nlohmann::json last(const std::string& type) const {
        for (std::size_t i = connection->frames.size(); i > 0; --i) {
            const auto message = connection->message(i - 1);
            if (message["type"] == type) return message["data"];
        }
        return nullptr;
    }
    std::size_t count(const std::string& type) const {
        std::size_t count = 0;
        for (std::size_t i = 0; i < connection->frames.size(); ++i)
            count += connection->message(i)["type"] == type;
        return count;
    }

    const DeviceId id;
    std::shared_ptr<FakeConnection> connection;

private:
    Classroom& classroom_;
    live::ClientId client_ = 0;
};

} // namespace support
