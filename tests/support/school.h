// A small school on a real store in a temporary folder: tests of the domains start from it. Its modules are the
// product's own services with their wiring, without a network.
#pragma once

#include <functional>
#include <string>

#include "app/services.h"
#include "platform/error.h"
#include "platform/ids.h"
#include "platform/text.h"
#include "support/manual_clock.h"
#include "support/sequence_random.h"
#include "support/temporary_folder.h"

namespace support {

class School {
public:
    explicit School(std::int64_t seats = 40) { organisation = add_organisation("Riverside", seats); }

    template <class Work>
    auto write(Work work) {
        return store.write("test", std::move(work));
    }
    template <class Work>
    auto read(Work work) {
        return store.read(std::move(work));
    }

    OrganisationId add_organisation(const std::string& name, std::int64_t seats = 40) {
        people::NewOrganisation made;
        made.name = name;
        made.seats = seats;
        return write([&](store::Tx& tx) { return organisations.add(tx, made).id; });
    }
    // With PIN `pin`; staff also get their nickname as user name and the password "correct horse".
    people::Person add_person(platform::Role role, const std::string& nickname,
                              const std::string& pin = "1234", OrganisationId organisation_id = {}) {
        people::NewPerson made;
        made.role = role;
        made.nickname = nickname;
        made.pin_hash = hasher.hash(pin);
        if (role != platform::Role::student) {
            made.username = nickname;
            made.password_hash = hasher.hash("correct horse");
        }
        return write([&](store::Tx& tx) {
            return people.add(tx, organisation_id ? organisation_id : organisation, made);
        });
    }
    people::Person add_student(const std::string& nickname, const std::string& pin = "1234") {
        return add_person(platform::Role::student, nickname, pin);
    }
    struct Paired {
        devices::Device device;
        std::string token; // the headset's own
    };
    Paired pair(const std::string& serial_number, OrganisationId organisation_id = {}) {
        const OrganisationId where = organisation_id ? organisation_id : organisation;
        return write([&](store::Tx& tx) {
            auto code = pairing.make_code(tx, where, std::nullopt);
            auto outcome = pairing.pair_with_code(tx, code.code, {serial_number, "Mirage", ""});
            if (!outcome.device) throw std::runtime_error("it waits to be admitted");
            return Paired{*outcome.device, outcome.token};
        });
    }
    people::Licence licence() {
        return read([&](store::Read& read) { return organisations.licence(read, organisation); });
    }
    platform::Caller caller(std::string_view token) { return logins.find(token, clock.now_ms()); }

    TemporaryFolder folder;
    ManualClock clock;
    SequenceRandom random;
    // Nobody is connected: what is posted to the hub is dropped.
    app::Services services{{.folder = folder.path(), .hashing = platform::SecretHasher::Cost::least},
                           clock,
                           random,
                           [](std::function<void()>) {}};
    store::Store& store = services.store;
    platform::SecretHasher& hasher = services.hasher;
    people::Organisations& organisations = services.organisations;
    people::Logins& logins = services.logins;
    people::SiteKeys& site_keys = services.site_keys;
    people::People& people = services.people;
    people::Classes& classes = services.classes;
    people::Guesses& guesses = services.guesses;
    people::SecondFactor& second_factor = services.second_factor;
    people::Invitations& invitations = services.invitations;
    people::LoginCards& login_cards = services.login_cards;
    people::SignIn& sign_in = services.sign_in;
    people::Setup& setup = services.setup;
    people::Imports& imports = services.imports;
    devices::Devices& devices = services.devices;
    devices::Presence& presence = services.presence;
    devices::Pairing& pairing = services.pairing;
    rooms::Rooms& rooms = services.rooms;
    OrganisationId organisation;
};

// The kind of the Error that `work` throws; "none" when it throws nothing.
template <class Work>
std::string error_of(Work work) {
    try {
        work();
        return "none";
    } catch (const platform::Error& error) {
        switch (error.kind()) {
            case platform::ErrorKind::unauthorized:
                return "unauthorized";
            case platform::ErrorKind::forbidden:
                return "forbidden";
            case platform::ErrorKind::not_found:
                return "not found";
            case platform::ErrorKind::conflict:
                return "conflict";
            case platform::ErrorKind::invalid:
                return "invalid";
            case platform::ErrorKind::too_many_requests:
                return "too many requests";
            default:
                return std::string("another: ") + error.what();
        }
    }
}

} // namespace support
