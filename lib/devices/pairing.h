// Pairing: how a headset joins an organisation. There are two ways:
// - by a 6-digit code that a teacher shows: drawn from a cryptographic source, lives ten minutes, works once;
// - by signing in on it with nickname and PIN: at once while a teacher has pairing open or when the nickname
//   is a teacher's; otherwise it waits for one tap on the teacher's page, and takes no part until then.
//
// Either takes one seat of the licence, unless that headset has one already.
//
// A serial number is a name, not a proof: anybody can read it off a headset. So a serial number that is
// paired already is taken at once only with that headset's token; or, if the headset has never used its token
// because its client knows only serial numbers, when nobody wears it or from where it was last bound.
// Otherwise it waits for a tap, with which a teacher says that both are one headset.
//
// While codes are being guessed from somewhere, a right one from there waits for a tap too (guess_budgets).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/device.h"
#include "people/organisation.h"
#include "people/signing_in/budgets.h"
#include "people/signing_in/guesses.h"
#include "people/signing_in/known_sources.h"
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

struct PairingRequest {
    PairingRequestId id;
    OrganisationId organisation_id;
    std::string serial_number, model;
    std::optional<people::PersonReference> person; // null: it has a code
    std::optional<DeviceId> device_id;             // the headset that is paired with this serial number
    std::int64_t created_ms = 0;
};

struct PairingState {
    OrganisationId organisation_id;
    std::optional<std::int64_t> open_until_ms; // null: closed
    std::int64_t seats_left = 0;
};

class Pairing {
public:
    static constexpr std::int64_t code_life_ms = 10 * 60'000;
    static constexpr std::int64_t request_life_ms = 60 * 60'000;
    static constexpr std::int64_t most_requests = 200;         // waiting in one organisation
    static constexpr std::int64_t most_requests_of_person = 2; // the older ones go
    static constexpr std::int64_t most_requests_by_code = 3;   // from one address
    static constexpr std::int64_t most_codes = 1000;           // alive in one organisation

    Pairing(Devices& devices, people::Organisations& organisations, people::Logins& logins,
            platform::Random& random);
    Pairing(const Pairing&) = delete; // devices holds hooks to it
    Pairing& operator=(const Pairing&) = delete;

    // Error conflict: no seat left, the licence ended, or every code is taken. With a serial number the code
    // is for that headset only, and says as a tap would that this is the one which is paired already.
    PairingCode make_code(store::Tx& tx, OrganisationId organisation_id, std::optional<PersonId> created_by,
                          std::string_view serial_number = {});

    struct Outcome {
        std::optional<Device> device; // null: it waits to be admitted
        std::string token;            // the headset's own, now or once it is admitted
    };
    // Error not_found: unknown or expired; conflict: no seat, or paired with another organisation.
    Outcome pair_with_code(store::Tx& tx, int code, const Headset& headset,
                           const people::Source& source = {});
    // `person` has already proved their identity.
    Outcome pair_by_sign_in(store::Tx& tx, const people::Person& person, const Headset& headset,
                            const people::Source& source = {});
    // The same for a client that knows only serial numbers: a paired headset gets its new wearer. The token
    // is then "", because the client gets a login of the person; what it is given while it waits becomes one.
    Outcome bind_by_sign_in(store::Tx& tx, const people::Person& person, const Headset& headset,
                            const people::Source& source);

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
    struct Asking {
        OrganisationId organisation_id;
        std::optional<people::PersonReference> person;
        std::optional<int> code;
        bool by_serial_number = false; // the client knows nothing else
    };
    Device take(store::Tx& tx, OrganisationId organisation_id, const Headset& headset);
    Outcome take_with_token(store::Tx& tx, OrganisationId organisation_id, const Headset& headset,
                            const people::Source& source);
    Outcome take_with_person(store::Tx& tx, const people::Person& person, const Headset& headset,
                             const people::Source& source);
    int free_code(store::Tx& tx);
    std::string ask(store::Tx& tx, const Asking& asking, const Headset& headset,
                    const people::Source& source);
    void make_room(store::Tx& tx, const Asking& asking, const Headset& headset, const people::Source& source);
    bool is_theirs(store::Read& read, const Device& known, const people::Source& source,
                   std::optional<PersonId> person_id) const;
    bool paired_before(store::Read& read, const Device& known, std::int64_t at_ms) const;
    bool brings(store::Tx& tx, const people::Person& person);
    void close_requests(store::Tx& tx, store::Statement organisations_and_ids);

    Devices& devices_;
    people::Organisations& organisations_;
    people::Logins& logins_;
    platform::Random& random_;
    // Wrong codes. In memory: a guesser can't restart the server.
    people::MemoryBudgets by_address_{people::guess_budgets.code}, all_{people::guess_budgets.codes};
    // Who has brought a headset in since pairing was opened. On the writer thread only.
    std::map<OrganisationId, std::set<PersonId>> brought_;
};

nlohmann::json json_of(const PairingRequest& request);

} // namespace devices
