#include "people/sign_in.h"

#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

std::string subject_of(std::int64_t person_id) {
    return "person/" + std::to_string(person_id);
}

[[noreturn]] void throw_wrong(Claim::By by) {
    throw platform::Error(platform::ErrorKind::unauthorized, by == Claim::By::password
                                                                 ? "User name or password is wrong."
                                                                 : "Nickname or PIN is wrong.");
}

} // namespace

std::optional<SignIn::Candidate> SignIn::candidate(store::Read& read, const Claim& claim) const {
    std::string_view name = platform::trimmed(claim.name);
    std::optional<Candidate> found;
    auto only = [&found](store::Statement rows) {
        while (rows.step()) {
            if (found) { // ambiguous: as good as nobody
                found.reset();
                return;
            }
            found = Candidate{rows.integer(0), rows.integer(1), rows.string(2)};
        }
    };
    if (claim.by == Claim::By::password) {
        only(read.query(
            "SELECT organisation_id, id, password_hash FROM persons WHERE (username = ?1 OR email = ?1)"
            " AND active = 1 AND password_hash IS NOT NULL AND (?2 IS NULL OR organisation_id = ?2) LIMIT 2",
            name, claim.organisation_id));
        return found;
    }
    std::optional<std::string_view> organisation;
    if (auto at = name.rfind('@'); at != std::string_view::npos) {
        organisation = platform::trimmed(name.substr(at + 1));
        name = platform::trimmed(name.substr(0, at));
    }
    only(read.query(
        "SELECT p.organisation_id, p.id, p.pin_hash FROM persons p JOIN organisations o"
        " ON o.id = p.organisation_id WHERE p.nickname = ?1 AND p.active = 1 AND p.pin_hash IS NOT NULL"
        " AND (?2 IS NULL OR p.organisation_id = ?2) AND (?3 IS NULL OR o.name = ?3) LIMIT 2",
        name, claim.organisation_id, organisation));
    return found;
}

// Between the check and the job the secret may have been changed, or the person deactivated.
bool SignIn::is_current(store::Read& read, const Claim& claim, const Candidate& candidate) const {
    auto rows = read.query(
        "SELECT password_hash, pin_hash FROM persons WHERE organisation_id = ? AND id = ? AND active = 1",
        candidate.organisation_id, candidate.person_id);
    return rows.step() && rows.text(claim.by == Claim::By::password ? 0 : 1) == candidate.hash;
}

void SignIn::count_unknown(const Claim& claim) {
    unknown_names_.count_failure(claim.name, clock_.now_ms());
}

Person SignIn::prove(const Claim& claim, const std::function<void(store::Tx&, const Person&)>& then) {
    if (!claim.headset.empty()) headsets_.refuse_if_locked(claim.headset, clock_.now_ms());
    auto count_headset = [&] {
        if (!claim.headset.empty()) headsets_.count_failure(claim.headset, clock_.now_ms());
    };
    auto found = store_.read([&](store::Read& read) {
        auto one = candidate(read, claim);
        if (one) lockouts_.refuse_if_locked(read, subject_of(one->person_id), sign_in_rule);
        return one;
    });
    if (!found) {
        unknown_names_.refuse_if_locked(claim.name, clock_.now_ms());
        hasher_.verify_nothing(claim.secret);
        count_unknown(claim);
        count_headset();
        throw_wrong(claim.by);
    }

    const std::string subject = subject_of(found->person_id);
    const bool right = hasher_.verify(found->hash, claim.secret);
    // A wrong try must be on disk, so it is no failure of the job.
    auto person = store_.write("sign in", [&](store::Tx& tx) -> std::optional<Person> {
        lockouts_.refuse_if_locked(tx, subject, sign_in_rule);
        if (!right || !is_current(tx, claim, *found)) {
            lockouts_.count_failure(tx, subject, sign_in_rule, found->organisation_id);
            return std::nullopt;
        }
        lockouts_.forget(tx, subject);
        Person proven = people_.get(tx, found->organisation_id, found->person_id);
        if (then) then(tx, proven);
        return proven;
    });
    if (!person) {
        count_headset();
        throw_wrong(claim.by);
    }
    if (!claim.headset.empty()) headsets_.forget(claim.headset);
    return *std::move(person);
}

SignedIn SignIn::sign_in(const Claim& claim, std::string_view user_agent, const platform::Caller& replaces) {
    SignedIn signed_in;
    const auto proof = claim.by == Claim::By::password ? platform::Proof::password : platform::Proof::pin;
    signed_in.person = prove(claim, [&](store::Tx& tx, const Person& person) {
        signed_in.login = logins_.add_person(tx, person.organisation_id, person.id, proof, user_agent);
        if (logins_.find(tx, replaces.organisation_id, replaces.login_id))
            logins_.end(tx, replaces.organisation_id, replaces.login_id);
    });
    return signed_in;
}

} // namespace people
