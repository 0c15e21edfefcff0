// Lock-out: wrong tries make one wait, longer each time. Counted per person and per headset, never per
// address alone, because a class shares one address.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "people/people.h"
#include "platform/ids.h"
#include "store/transaction.h"

namespace people {

struct Tries {
    std::int64_t failures = 0;
    std::int64_t last_failure_ms = 0;
    std::int64_t locked_until_ms = 0;
};
inline auto columns_of(Tries& tries) {
    return std::tie(tries.failures, tries.last_failure_ms, tries.locked_until_ms);
}

struct LockoutRule {
    std::int64_t free_tries =
        5; // this many wrong ones lock for `first_ms`, each further one for twice as long
    std::int64_t first_ms = 30'000;
    std::int64_t longest_ms = 15 * 60'000;
    std::int64_t forgotten_after_ms = 60 * 60'000; // this long without a wrong try resets the count
};

Tries after_failure(const Tries& tries, const LockoutRule& rule, std::int64_t now_ms);
// How much longer it is locked; 0: not locked. Never longer than the rule's longest, even if the clock was
// set back.
std::int64_t locked_for_ms(const Tries& tries, const LockoutRule& rule, std::int64_t now_ms);

inline constexpr LockoutRule sign_in_rule{};
// Anybody on the LAN can try setup codes, so a guesser must not be able to keep the rightful person out for
// long.
inline constexpr LockoutRule setup_rule{10, 5'000, 60'000, 10 * 60'000};

// Tries that survive a restart. Subjects: "person/7", "setup".
class Lockouts {
public:
    // Error too_many_requests with the seconds to wait.
    void refuse_if_locked(store::Read& read, std::string_view subject, const LockoutRule& rule) const;
    void count_failure(store::Tx& tx, std::string_view subject, const LockoutRule& rule,
                       std::optional<OrganisationId> organisation_id);
    void forget(store::Tx& tx, std::string_view subject);

    // The people of an organisation who have to wait now.
    struct LockedPerson {
        PersonReference person;
        Tries tries;
    };
    std::vector<LockedPerson> people(store::Read& read, OrganisationId organisation_id) const;
};

// The same for subjects that strangers choose: serial numbers, and names that belong to nobody. Unknown names
// must lock like known ones, or the difference would tell which names exist. In memory and bounded, so that
// they cannot fill the disk.
class MemoryLockouts {
public:
    explicit MemoryLockouts(const LockoutRule& rule, std::size_t most = 4096) : rule_(rule), most_(most) {}
    void refuse_if_locked(std::string_view subject, std::int64_t now_ms) const;
    void count_failure(std::string_view subject, std::int64_t now_ms);
    void forget(std::string_view subject);
    std::vector<std::pair<std::string, Tries>> locked(std::int64_t now_ms) const;

private:
    void make_room(std::int64_t now_ms);

    LockoutRule rule_;
    std::size_t most_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Tries> tries_; // by subject in lower case
};

[[noreturn]] void throw_locked(std::int64_t for_ms);

} // namespace people
