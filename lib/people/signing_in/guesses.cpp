#include "people/signing_in/guesses.h"

#include <algorithm>
#include <unordered_set>

#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

constexpr const char *strangers = "box/strangers", *headsets = "box/headsets";
constexpr std::int64_t day_ms = 24 * GuessBudgets::hour;
// Without a wrong try for this long its count starts over. A closed lane stays closed for longer.
constexpr std::int64_t forgotten_ms = 30 * day_ms, closed_forgotten_ms = 365 * day_ms;
// The wait that is answered while a lane is closed: nobody knows when a teacher will open it.
constexpr std::int64_t closed_wait_ms = GuessBudgets::hour;

// A name is kept as a hash, because people also type their password where the name belongs.
std::string subject_of(std::string_view name) {
    return "name/" + platform::hex(platform::hash_token(platform::lower_ascii(platform::trimmed(name))));
}

bool is_closed(std::int64_t wrong) {
    return wrong >= guess_budgets.name_in_all;
}

bool is_open(std::int64_t opened_ms, std::int64_t now_ms) {
    return opened_ms <= now_ms && now_ms - opened_ms < guess_budgets.opened_ms;
}

std::vector<std::string> subjects_of(std::string_view nickname, std::string_view username,
                                     std::string_view email) {
    std::vector<std::string> subjects;
    for (const std::string_view name : {nickname, username, email})
        if (!name.empty()) subjects.push_back(subject_of(name));
    return subjects;
}

} // namespace

Guesses::Kept Guesses::kept(store::Read& read, std::string_view subject) {
    Kept kept;
    auto rows = read.query("SELECT wrong, full_ms, opened_ms FROM guesses WHERE subject = ?", subject);
    if (rows.step()) rows.read(kept.wrong, kept.full_ms, kept.opened_ms);
    return kept;
}

Attempt Guesses::attempt(store::Read& read, const Source& source, std::string_view name,
                         std::optional<PersonId> person_id) const {
    Attempt attempt;
    attempt.name = subject_of(name);
    attempt.address = source.address;
    attempt.device_id = source.device_id;
    attempt.login_id = source.login_id;
    if (source.login_id) {
        attempt.from = Attempt::From::page;
    } else if (source.device_id) {
        attempt.from = Attempt::From::headset;
        attempt.worn_before = person_id && KnownSources::has_worn(read, *person_id, source.device_id);
    } else if (person_id) {
        if (const auto browser = KnownSources::browser(read, source.cookie, *person_id)) {
            attempt.from = Attempt::From::browser;
            attempt.browser = browser->token_hash;
        }
    }
    return attempt;
}

// ---- whether a try is looked at ----

std::int64_t Guesses::headset_waits(const Attempt& attempt, std::int64_t now_ms) const {
    const std::lock_guard lock(mutex_);
    const auto found = headsets_.find(attempt.device_id);
    if (found == headsets_.end()) return 0;
    const auto name = found->second.names.find(attempt.name);
    return std::max(
        wait_ms(guess_budgets.headset, found->second.full_ms, now_ms),
        name == found->second.names.end() ? 0 : wait_ms(guess_budgets.wearing, name->second, now_ms));
}

std::int64_t Guesses::stranger_waits(store::Read& read, const Attempt& attempt) {
    const Kept lane = kept(read, attempt.name);
    if (is_closed(lane.wrong))
        throw platform::Error(
            platform::ErrorKind::too_many_requests,
            "Too many wrong tries: sign in on a headset or in a browser that knows you, or ask a"
            " teacher to let you try again.",
            static_cast<int>(closed_wait_ms / 1000));
    return wait_ms(guess_budgets.name, lane.full_ms, read.now_ms());
}

void Guesses::refuse(store::Read& read, const Attempt& attempt) const {
    const std::int64_t now_ms = read.now_ms();
    std::int64_t waits_ms = 0;
    switch (attempt.from) {
        case Attempt::From::page:
            waits_ms = std::max(pages_.wait_ms(to_string(attempt.login_id), now_ms),
                                all_pages_.wait_ms(attempt.name, now_ms));
            break;
        case Attempt::From::browser:
            if (const auto browser = KnownSources::browser(read, attempt.browser))
                waits_ms = wait_ms(guess_budgets.browser, browser->full_ms, now_ms);
            break;
        case Attempt::From::headset:
            waits_ms = headset_waits(attempt, now_ms);
            if (!attempt.worn_before)
                waits_ms =
                    std::max(waits_ms, wait_ms(guess_budgets.headsets, kept(read, headsets).full_ms, now_ms));
            break;
        case Attempt::From::stranger:
            waits_ms = stranger_waits(read, attempt);
            if (!is_open(kept(read, attempt.name).opened_ms, now_ms))
                waits_ms =
                    std::max({waits_ms, addresses_.wait_ms(attempt.address, now_ms),
                              wait_ms(guess_budgets.strangers, kept(read, strangers).full_ms, now_ms)});
            break;
    }
    if (waits_ms > 0) throw_locked(waits_ms);
}

void Guesses::refuse(store::Read& read, std::string_view subject, const Budget& budget) const {
    const std::int64_t waits_ms = wait_ms(budget, kept(read, subject).full_ms, read.now_ms());
    if (waits_ms > 0) throw_locked(waits_ms);
}

// ---- counting ----

void Guesses::count_headset(const Attempt& attempt, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    // There are as many entries as paired headsets at most, and each looks at a few tries an hour.
    std::erase_if(headsets_, [&](const auto& entry) {
        return entry.second.full_ms <= now_ms - GuessBudgets::hour && entry.first != attempt.device_id;
    });
    OnHeadset& here = headsets_[attempt.device_id];
    if (here.full_ms <= now_ms) here.wrong = 0;
    ++here.wrong;
    here.full_ms = full_after_one_more(guess_budgets.headset, here.full_ms, now_ms);
    std::erase_if(here.names, [&](const auto& name) { return name.second <= now_ms; });
    std::int64_t& full_ms = here.names[attempt.name];
    full_ms = full_after_one_more(guess_budgets.wearing, full_ms, now_ms);
}

void Guesses::count_wrong(store::Tx& tx, std::string_view subject, const Budget& budget) {
    const Kept before = kept(tx, subject);
    tx.run(
        "INSERT INTO guesses (subject, wrong, last_ms, full_ms) VALUES (?1, 1, ?2, ?3)"
        " ON CONFLICT (subject) DO UPDATE SET wrong = wrong + 1, last_ms = ?2, full_ms = ?3",
        subject, tx.now_ms(), full_after_one_more(budget, before.full_ms, tx.now_ms()));
}

void Guesses::count_wrong(store::Tx& tx, const Attempt& attempt) {
    switch (attempt.from) {
        case Attempt::From::page:
            pages_.spend(to_string(attempt.login_id), tx.now_ms());
            all_pages_.spend(attempt.name, tx.now_ms());
            break;
        case Attempt::From::browser: {
            auto browser = KnownSources::browser(tx, attempt.browser);
            if (!browser) break;
            if (++browser->wrong >= guess_budgets.browser_in_all)
                return KnownSources::forget_browser(tx, attempt.browser);
            browser->full_ms = full_after_one_more(guess_budgets.browser, browser->full_ms, tx.now_ms());
            KnownSources::count(tx, *browser);
            break;
        }
        case Attempt::From::headset:
            count_headset(attempt, tx.now_ms());
            count_wrong(tx, headsets, guess_budgets.headsets);
            break;
        case Attempt::From::stranger:
            addresses_.spend(attempt.address, tx.now_ms());
            remove_old(tx);
            count_wrong(tx, attempt.name, guess_budgets.name);
            count_wrong(tx, strangers, guess_budgets.strangers);
            break;
    }
}

// Most wrong tries are mistakes. A right one therefore makes up for one of them, so that they close no lane
// of somebody who mostly gets it right; a guesser is much faster than that.
void Guesses::count_right(store::Tx& tx, const Attempt& attempt) {
    if (attempt.from == Attempt::From::stranger)
        tx.run("UPDATE guesses SET wrong = wrong - 1 WHERE subject = ? AND wrong > 0", attempt.name);
    if (attempt.from == Attempt::From::browser) KnownSources::count(tx, {attempt.browser, 0, 0});
    if (attempt.from == Attempt::From::page) pages_.forget(to_string(attempt.login_id));
}

// The budget of the box bounds the number of rows.
void Guesses::remove_old(store::Tx& tx) {
    tx.run(
        "DELETE FROM guesses WHERE subject LIKE 'name/%'"
        " AND last_ms < CASE WHEN wrong >= ?1 THEN ?2 ELSE ?3 END",
        guess_budgets.name_in_all, tx.now_ms() - closed_forgotten_ms, tx.now_ms() - forgotten_ms);
}

void Guesses::forget(store::Tx& tx, std::string_view subject) {
    tx.run("DELETE FROM guesses WHERE subject = ?", subject);
}

// ---- what teachers see and do ----

void Guesses::open(store::Tx& tx, const Person& person) {
    for (const std::string& subject :
         subjects_of(person.nickname, person.username.value_or(""), person.email.value_or("")))
        tx.run(
            "INSERT INTO guesses (subject, wrong, last_ms, full_ms, opened_ms) VALUES (?1, 0, ?2, 0, ?2)"
            " ON CONFLICT (subject) DO UPDATE SET wrong = 0, full_ms = 0, opened_ms = ?2",
            subject, tx.now_ms());
}

void Guesses::forget_names(store::Tx& tx, const Person& person) {
    for (const std::string& subject :
         subjects_of(person.nickname, person.username.value_or(""), person.email.value_or("")))
        forget(tx, subject);
}

void Guesses::release(DeviceId device_id) {
    const std::lock_guard lock(mutex_);
    headsets_.erase(device_id);
}

void Guesses::wearer_changed(DeviceId device_id) {
    const std::lock_guard lock(mutex_);
    if (const auto found = headsets_.find(device_id); found != headsets_.end()) found->second.names.clear();
}

// The rows don't say whose names they stand for, so people's names are looked up among those that wait.
// Nearly always none does.
std::vector<std::pair<PersonReference, Guesses::Waiting>> Guesses::waiting_people(
    store::Read& read, OrganisationId organisation_id) const {
    const std::int64_t spent_ms = (guess_budgets.name.at_once - 1) * guess_budgets.name.each_ms;
    std::unordered_map<std::string, Waiting> lanes;
    {
        auto rows = read.query(
            "SELECT subject, wrong, full_ms FROM guesses WHERE subject LIKE 'name/%'"
            " AND (wrong >= ? OR full_ms > ?)",
            guess_budgets.name_in_all, read.now_ms() + spent_ms);
        while (rows.step()) {
            const auto [subject, wrong, full_ms] = rows.values<std::string, std::int64_t, std::int64_t>();
            Waiting waiting{wrong, std::nullopt};
            if (!is_closed(wrong))
                waiting.until_ms = read.now_ms() + wait_ms(guess_budgets.name, full_ms, read.now_ms());
            lanes.emplace(subject, waiting);
        }
    }
    std::vector<std::pair<PersonReference, Waiting>> people;
    if (lanes.empty()) return people;
    constexpr std::size_t most = 500;
    auto rows = read.query(
        "SELECT id, nickname, coalesce(username, ''), coalesce(email, '') FROM persons"
        " WHERE organisation_id = ? AND active = 1 ORDER BY nickname",
        organisation_id);
    while (rows.step() && people.size() < most) {
        const auto [id, nickname, username, email] =
            rows.values<PersonId, std::string, std::string, std::string>();
        for (const std::string& subject : subjects_of(nickname, username, email))
            if (const auto lane = lanes.find(subject); lane != lanes.end()) {
                people.emplace_back(PersonReference{id, nickname}, lane->second);
                break;
            }
    }
    return people;
}

std::optional<Guesses::Waiting> Guesses::waiting(DeviceId device_id, std::int64_t now_ms) const {
    const std::lock_guard lock(mutex_);
    const auto found = headsets_.find(device_id);
    if (found == headsets_.end()) return std::nullopt;
    std::int64_t waits_ms = wait_ms(guess_budgets.headset, found->second.full_ms, now_ms);
    for (const auto& [name, full_ms] : found->second.names)
        waits_ms = std::max(waits_ms, wait_ms(guess_budgets.wearing, full_ms, now_ms));
    if (waits_ms == 0) return std::nullopt;
    return Waiting{found->second.wrong, now_ms + waits_ms};
}

} // namespace people
