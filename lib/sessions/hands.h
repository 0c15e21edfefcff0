// Raised hands, and students who feel unwell. One row a headset, until the teacher or the student takes it
// back. It is on disk, so a restart of the server forgets nobody who waits.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "people/people.h"
#include "platform/ids.h"
#include "store/transaction.h"

namespace sessions {

struct Hand {
    DeviceId device_id;
    OrganisationId organisation_id;
    std::optional<SessionId> session_id;
    std::optional<people::PersonReference> person;
    std::optional<std::int64_t> raised_ms; // none: the hand is down
    std::string question;                  // short, may be empty
    std::optional<std::int64_t> unwell_ms; // none: well

    bool is_quiet() const { return !raised_ms && !unwell_ms; }
};

class Hands {
public:
    static constexpr std::size_t longest_question = 200;

    // Without a row: the hand is down and the student is well.
    Hand of(store::Read& read, OrganisationId organisation_id, DeviceId device_id) const;
    std::vector<Hand> in_session(store::Read& read, OrganisationId organisation_id,
                                 SessionId session_id) const;
    std::vector<Hand> all(store::Read& read) const; // of the whole box, at start
    void keep(store::Tx& tx, const Hand& hand);
};

// The order of those who wait for the teacher: the unwell first, then by time.
bool waits_before(const Hand& a, const Hand& b);
// How its headset is told: {"raised", "question", "unwell"}.
nlohmann::json headset_json(const Hand& hand);

} // namespace sessions
