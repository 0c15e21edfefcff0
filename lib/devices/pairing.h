// Pairing: how a headset joins an organisation. There are two ways:
// - by a 6-digit code that a teacher shows: drawn from a cryptographic source, lives ten minutes, works once;
// - by signing in on it with nickname and PIN: at once while a teacher has pairing open or when the nickname
//   is a teacher's; otherwise it waits for one tap on the teacher's page, and takes no part until then.
//
// Either takes one seat of the licence, unless that headset has one already.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/device.h"
#include "people/organisation.h"
#include "people/signing_in/lockout.h"
#include "people/signing_in/logins.h"
#include "platform/ids.h"
#include "platform/random.h"
#include "store/hook.h"
#include "store/transaction.h"

namespace devices {

struct PairingCode {
    int code = 0; // 0 to 999999
    OrganisationId organisation_id;
    std::int64_t expires_ms = 0;
    std::string digits() const; // "042137"
};

// A headset's own description when it pairs.
struct Headset {
    std::string serial_number, model, name; // an empty name is made from the serial number
};

struct Paired {
    Device device;
    std::string token; // the headset's own login
};

struct PairingRequest {
    PairingRequestId id;
    OrganisationId organisation_id;
    std::string serial_number, model;
    people::PersonReference person;
    std::int64_t created_ms = 0;
};

struct PairingState {
    OrganisationId organisation_id;
    std::optional<std::int64_t> open_until_ms; // null: closed
    std::int64_t seats_left = 0;
};

// Slows guessing down: 10 wrong codes close pairing to that serial number for 10 minutes; 60 wrong ones
// within a minute let only one try a second through, from anybody, for a minute. In memory: a guesser cannot
// restart the server.
class PairingBrake {
public:
    void refuse(std::string_view serial_number, std::int64_t now_ms); // Error too_many_requests
    void count_wrong(std::string_view serial_number, std::int64_t now_ms);
    void forget(std::string_view serial_number);

private:
    static constexpr people::LockoutRule rule{10, 10 * 60'000, 10 * 60'000, 10 * 60'000};
    static constexpr std::size_t many_wrong = 60;
    static constexpr std::int64_t slow_for_ms = 60'000, slow_every_ms = 1'000;

    people::MemoryLockouts serial_numbers_{rule};
    std::mutex mutex_;
    std::deque<std::int64_t> wrong_ms_; // the last `many_wrong`
    std::int64_t slow_until_ms_ = 0, next_try_ms_ = 0;
};

class Pairing {
public:
    static constexpr std::int64_t code_life_ms = 10 * 60'000;
    static constexpr std::int64_t request_life_ms = 60 * 60'000;
    static constexpr std::int64_t most_requests = 200; // waiting in one organisation
    static constexpr std::int64_t most_codes = 1000;   // alive in one organisation

    Pairing(Devices& devices, people::Organisations& organisations, people::Logins& logins,
            platform::Random& random);
    Pairing(const Pairing&) = delete; // devices holds hooks to it
    Pairing& operator=(const Pairing&) = delete;

    // Error conflict: no seat left, the licence ended, or every code is taken.
    PairingCode make_code(store::Tx& tx, OrganisationId organisation_id, std::optional<PersonId> created_by);
    // Error not_found: unknown or expired; conflict: no seat, or paired with another organisation;
    // too_many_requests.
    Paired pair_with_code(store::Tx& tx, int code, const Headset& headset);

    struct SignInOutcome {
        std::optional<Device> device; // null: it waits to be admitted
        std::string token;            // the device's, now or once it is admitted
    };
    // `person` has already proved their identity.
    SignInOutcome pair_by_sign_in(store::Tx& tx, const people::Person& person, const Headset& headset);

    PairingState state(store::Read& read, OrganisationId organisation_id) const;
    // 0 seconds closes it.
    PairingState open_window(store::Tx& tx, OrganisationId organisation_id, PersonId opened_by,
                             std::int64_t open_for_s);
    std::vector<PairingRequest> requests(store::Read& read, OrganisationId organisation_id) const;
    Device admit(store::Tx& tx, OrganisationId organisation_id, PairingRequestId request_id);
    void refuse(store::Tx& tx, OrganisationId organisation_id, PairingRequestId request_id);
    // Closes the requests of headsets on which that person signed in.
    void forget_person(store::Tx& tx, OrganisationId organisation_id, PersonId person_id);

    store::After<PairingState> state_changed; // the window, or the seats left
    store::After<PairingRequest> requested;
    store::After<OrganisationId, PairingRequestId> request_closed;
    // For the wiring: a licence has other seats left, which is part of the state.
    void tell_state(store::Tx& tx, OrganisationId organisation_id);

private:
    Device take(store::Tx& tx, OrganisationId organisation_id, const Headset& headset);
    int free_code(store::Tx& tx);
    std::string ask(store::Tx& tx, const people::Person& person, const Headset& headset);
    void close_requests(store::Tx& tx, store::Statement organisations_and_ids);

    Devices& devices_;
    people::Organisations& organisations_;
    people::Logins& logins_;
    platform::Random& random_;
    PairingBrake brake_;
};

nlohmann::json json_of(const PairingRequest& request);

} // namespace devices
