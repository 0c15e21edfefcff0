// A small school on a real store in a temporary folder: tests of the domains start from it. It connects by
// hand only the callbacks that rooms and presence need. Classroom (classroom.h) has the product's own wiring.
#pragma once

#include <string>

#include "devices/device.h"
#include "devices/pairing.h"
#include "devices/presence.h"
#include "people/classes.h"
#include "people/organisation.h"
#include "people/people.h"
#include "people/rosters/import.h"
#include "people/signing_in/invitation.h"
#include "people/signing_in/lockout.h"
#include "people/signing_in/login_card.h"
#include "people/signing_in/logins.h"
#include "people/signing_in/second_factor.h"
#include "people/signing_in/setup.h"
#include "people/signing_in/sign_in.h"
#include "people/signing_in/site_keys.h"
#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/ids.h"
#include "platform/text.h"
#include "rooms/room.h"
#include "store/store.h"
#include "support/manual_clock.h"
#include "support/sequence_random.h"
#include "support/temporary_folder.h"

namespace support {

class School {
public:
    explicit School(std::int64_t seats = 40) {
        people.on_deactivating = [this](store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
            rooms.vacate_person(tx, organisation_id, person_id);
        };
        people.on_renamed = [this](store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
            rooms.tell_renamed(tx, organisation_id, person_id);
        };
        devices.on_unpairing = [this](store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
            rooms.vacate_device(tx, organisation_id, device_id);
        };
        devices.on_changed = [this](const devices::Device& device) { presence.add(device); };
        devices.on_unpaired = [this](OrganisationId, DeviceId device_id) { presence.remove(device_id); };
        organisation = add_organisation("Riverside", seats);
    }

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
    devices::Paired pair(const std::string& serial_number, OrganisationId organisation_id = {}) {
        const OrganisationId where = organisation_id ? organisation_id : organisation;
        return write([&](store::Tx& tx) {
            auto code = pairing.make_code(tx, where, std::nullopt);
            return pairing.pair_with_code(tx, code.code, {serial_number, "Mirage", ""});
        });
    }
    people::Licence licence() {
        return read([&](store::Read& read) { return organisations.licence(read, organisation); });
    }
    platform::Caller caller(std::string_view token) { return logins.find(token, clock.now_ms()); }

    TemporaryFolder folder;
    ManualClock clock;
    SequenceRandom random;
    store::Store store{{.folder = folder.path(), .readers = 2, .on_storage_full = {}}, clock};
    platform::SecretHasher hasher{folder.path() / "pepper", random, platform::SecretHasher::Cost::least};

    people::Organisations organisations;
    people::Logins logins{random};
    people::SiteKeys site_keys{random};
    people::People people{logins};
    people::Classes classes{people};
    people::Lockouts lockouts;
    people::SecondFactor second_factor{random, logins};
    people::Invitations invitations{random, people, second_factor};
    people::LoginCards login_cards{random, people};
    people::SignIn sign_in{store, hasher, people, logins, lockouts, second_factor, login_cards, clock};
    people::Setup setup{organisations, people, lockouts, random};
    people::Imports imports{store, people, hasher, random};
    devices::Devices devices{organisations, logins};
    devices::Presence presence;
    devices::Pairing pairing{devices, organisations, logins, random};
    rooms::Rooms rooms{devices, people, classes};
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
