// People of an organisation: administrators, teachers, viewers and students. A nickname is unique in its
// organisation, a user name and an e-mail address on the whole box. People are never deleted, because runs
// belong to them: they are deactivated.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "platform/caller.h"
#include "platform/ids.h"
#include "store/hook.h"
#include "store/page.h"
#include "store/transaction.h"

namespace people {

class Logins;

struct Person {
    PersonId id;
    OrganisationId organisation_id;
    platform::Role role = platform::Role::student;
    std::string nickname, first_name, last_name;
    std::optional<std::string> username, email, external_id;
    bool has_pin = false, has_password = false, has_totp = false, box_administrator = false, active = true;
    std::int64_t created_ms = 0;
};

// How a person appears inside other objects: {id, nickname}.
struct PersonReference {
    PersonId id;
    std::string nickname;
};
inline auto columns_of(PersonReference& person) {
    return std::tie(person.id, person.nickname);
}

inline constexpr std::size_t longest_nickname = 40; // characters

// Secrets arrive here hashed: hashing is slow and never runs on the writer.
struct NewPerson {
    platform::Role role = platform::Role::student;
    std::string nickname, first_name, last_name;
    std::optional<std::string> username, email, external_id, pin_hash, password_hash;
    bool box_administrator = false;
};

// The outer optional says whether to change the field, the inner one whether it has a value.
struct PersonChange {
    std::optional<platform::Role> role;
    std::optional<std::string> nickname, first_name, last_name;
    std::optional<std::optional<std::string>> username, email, external_id;
    std::optional<bool> active;
};

struct PeopleFilter {
    std::optional<platform::Role> role;
    std::optional<ClassId> class_id;
    std::string text;      // part of a nickname or name
    bool inactive = false; // list inactive people instead of active ones
};

class People {
public:
    // `logins` learns of changed rights at once.
    explicit People(Logins& logins) : logins_(logins) {}

    std::optional<Person> find(store::Read& read, OrganisationId organisation_id, PersonId id) const;
    Person get(store::Read& read, OrganisationId organisation_id, PersonId id) const; // Error not_found
    std::optional<Person> by_nickname(store::Read& read, OrganisationId organisation_id,
                                      std::string_view nickname) const;
    store::Page<Person> list(store::Read& read, OrganisationId organisation_id, const PeopleFilter& filter,
                             const store::PageRequest& page) const;
    bool any(store::Read& read) const; // is there anybody on this box?

    Person add(store::Tx& tx, OrganisationId organisation_id, const NewPerson& person);
    Person change(store::Tx& tx, OrganisationId organisation_id, PersonId id, const PersonChange& change);
    // Ends all logins and frees the person's seat in every room; the nickname stays taken. Error conflict for
    // the last administrator.
    void deactivate(store::Tx& tx, OrganisationId organisation_id, PersonId id);
    // Removes everything that tells who the person was, and every way to sign in. Error conflict for the last
    // administrator.
    void erase(store::Tx& tx, OrganisationId organisation_id, PersonId id);
    // A new secret ends the logins that the old one made; without a PIN nobody can sign in by PIN.
    void set_pin(store::Tx& tx, OrganisationId organisation_id, PersonId id,
                 std::optional<std::string_view> pin_hash);
    void set_password(store::Tx& tx, OrganisationId organisation_id, PersonId id,
                      std::string_view password_hash, LoginId except_login_id = {});

    store::During<OrganisationId, PersonId> deactivating; // rooms free the seats
    store::During<OrganisationId, PersonId> erasing;      // others forget what tells who it was
    store::During<OrganisationId, PersonId> password_set; // a forgotten password needs no help any more
    store::During<OrganisationId, PersonId> renamed;      // has another nickname now, which rooms show

private:
    struct Names {
        std::optional<std::string> nickname, username, email, external_id;
    };
    void refuse_taken_names(store::Read& read, OrganisationId organisation_id, PersonId except_id,
                            const Names& names) const;
    void refuse_last_administrator(store::Read& read, OrganisationId organisation_id, PersonId id) const;

    Logins& logins_;
};

nlohmann::json json_of(const Person& person);
nlohmann::json json_of(const PersonReference& person);
nlohmann::json json_of(const std::optional<PersonReference>& person); // null when there is nobody

} // namespace people
