// Guesses: how many wrong secrets are looked at, for whom and from where. Nobody locks out anybody else by
// guessing: whoever tries from a place that knows them has budgets of their own there.
//
// Four kinds of places, by what a try brings with it:
// - a browser that knows the person: its cookie holds a token that names this very person (known_sources.h);
// - a paired headset, known by its token, for everybody of its school;
// - a page on which the person is signed in and shows the password again;
// - a stranger: everything else. For one name they all share one slow lane, over all routes and dialects.
//   After so many wrong ones the lane closes until a teacher opens it.
//
// Besides, wrong tries are counted for a stranger's address and for the whole box, whatever names they are
// for: trying one PIN at each of 600 students is guessing too. A name that nobody has costs the same as any
// other, or the difference would tell which names exist.
//
// The counts that a restart must not give back to a guesser are on disk. The rest is in memory, with a bound.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "people/people.h"
#include "people/signing_in/budgets.h"
#include "people/signing_in/known_sources.h"
#include "platform/ids.h"
#include "store/transaction.h"

namespace people {

// The same table is in docs/security.md; a test compares the two. There are 10,000 PINs, so `strangers` and
// `headsets` together let through fewer wrong tries a year than that: one hit in a year is expected at most.
struct GuessBudgets {
    static constexpr std::int64_t second = 1'000, minute = 60 * second, hour = 60 * minute;

    Budget name{5, 12 * minute};      // one name, all strangers together
    std::int64_t name_in_all = 100;   // then its lane is closed until a tap
    Budget address{30, 2 * minute};   // a stranger's address, all names
    Budget strangers{500, 2 * hour};  // all strangers on the box
    Budget browser{5, minute};        // a browser, for the person whom it knows
    std::int64_t browser_in_all = 20; // then it no longer knows that person
    Budget wearing{5, 12 * minute};   // one name on a headset; somebody who signs in or out there resets it
    Budget headset{10, 6 * minute};   // a headset, all names
    Budget headsets{500, 2 * hour};   // all headsets of the box, for people who never wore them
    Budget page{5, minute};           // a signed-in page where the password is shown again
    Budget pages{20, 5 * minute};     // all pages of one person: a PIN opens any number of them
    Budget first_code{5, minute};     // of a second factor that a person is setting up
    Budget code{3, 10 * minute};      // pairing codes, from one address: as long as a code lives
    Budget codes{1400, second};       // pairing codes, all addresses together: 2,000 in that time
    Budget setup{10, 5 * second};     // the setup code; nobody may keep its rightful holder out for long
    std::int64_t opened_ms = 10 * minute; // this long after a tap, address and box don't count for that name
};
inline constexpr GuessBudgets guess_budgets{};

// One try at signing in, as far as budgets are concerned.
struct Attempt {
    enum class From { stranger, browser, headset, page };
    From from = From::stranger;
    std::string name; // the subject that stands for the name which was tried
    std::string address;
    std::string browser; // the hash of the token that knows the person
    DeviceId device_id;
    bool worn_before = false; // by this person, that headset
    LoginId login_id;
};

class Guesses {
public:
    // `name` as it was typed, without "@organisation"; `person_id` when it is somebody's.
    Attempt attempt(store::Read& read, const Source& source, std::string_view name,
                    std::optional<PersonId> person_id) const;
    // Error too_many_requests, with the seconds to wait, when such a try is not looked at now.
    void refuse(store::Read& read, const Attempt& attempt) const;
    void count_wrong(store::Tx& tx, const Attempt& attempt);
    void count_right(store::Tx& tx, const Attempt& attempt);

    // A teacher lets strangers try again for this person.
    void open(store::Tx& tx, const Person& person);
    void release(DeviceId device_id);
    // Somebody signed in or out there.
    void wearer_changed(DeviceId device_id);

    struct Waiting {
        std::int64_t wrong = 0;
        std::optional<std::int64_t> until_ms; // null: until a teacher's tap
    };
    std::vector<std::pair<PersonReference, Waiting>> waiting_people(store::Read& read,
                                                                    OrganisationId organisation_id) const;
    std::optional<Waiting> waiting(DeviceId device_id, std::int64_t now_ms) const;

    // For secrets that belong to no name.
    void refuse(store::Read& read, std::string_view subject, const Budget& budget) const;
    void count_wrong(store::Tx& tx, std::string_view subject, const Budget& budget);
    static void forget(store::Tx& tx, std::string_view subject);
    // What was counted for this person's names.
    static void forget_names(store::Tx& tx, const Person& person);

private:
    struct Kept {
        std::int64_t wrong = 0, full_ms = 0, opened_ms = 0;
    };
    struct OnHeadset {
        std::int64_t full_ms = 0, wrong = 0;
        std::map<std::string, std::int64_t> names; // when each name's budget is full again
    };
    static Kept kept(store::Read& read, std::string_view subject);
    static std::int64_t stranger_waits(store::Read& read, const Attempt& attempt);
    std::int64_t headset_waits(const Attempt& attempt, std::int64_t now_ms) const;
    void count_headset(const Attempt& attempt, std::int64_t now_ms);
    static void remove_old(store::Tx& tx);

    MemoryBudgets addresses_{guess_budgets.address}, pages_{guess_budgets.page},
        all_pages_{guess_budgets.pages}; // the last by name
    mutable std::mutex mutex_;
    std::unordered_map<DeviceId, OnHeadset> headsets_;
};

} // namespace people
