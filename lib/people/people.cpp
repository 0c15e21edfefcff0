#include "people/people.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "people/signing_in/guesses.h"
#include "people/signing_in/known_sources.h"
#include "people/signing_in/logins.h"
#include "platform/error.h"
#include "platform/plain_name.h"
#include "platform/text.h"

namespace people {

namespace {

using platform::Role;

constexpr store::SqlText person_columns = R"sql(
    SELECT p.id, p.organisation_id, p.role, p.nickname, p.first_name, p.last_name, p.username, p.email,
        p.external_id, p.pin_hash IS NOT NULL, p.password_hash IS NOT NULL, p.box_administrator, p.active,
        p.created_ms, p.totp_secret IS NOT NULL
    FROM persons p WHERE p.organisation_id = ?1)sql";

Person person_of(const store::Statement& rows) {
    Person person;
    rows.read(person.id, person.organisation_id, person.role, person.nickname, person.first_name,
              person.last_name, person.username, person.email, person.external_id, person.has_pin,
              person.has_password, person.box_administrator, person.active, person.created_ms,
              person.has_totp);
    return person;
}

// LIKE's own wildcards are matched literally.
std::string like_pattern(std::string_view text) {
    std::string pattern = "%";
    for (char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

} // namespace

std::optional<Person> People::find(store::Read& read, OrganisationId organisation_id, PersonId id) const {
    static constexpr auto by_id = person_columns + " AND p.id = ?2";
    auto rows = read.query(by_id, organisation_id, id);
    return rows.step() ? std::optional(person_of(rows)) : std::nullopt;
}

Person People::get(store::Read& read, OrganisationId organisation_id, PersonId id) const {
    auto person = find(read, organisation_id, id);
    if (!person) platform::throw_not_found("person");
    return *std::move(person);
}

std::optional<Person> People::by_nickname(store::Read& read, OrganisationId organisation_id,
                                          std::string_view nickname) const {
    auto id = read.id<PersonId>("SELECT id FROM persons WHERE organisation_id = ? AND name_key = ?",
                                organisation_id, platform::name_key(nickname));
    return id ? find(read, organisation_id, *id) : std::nullopt;
}

store::Page<Person> People::list(store::Read& read, OrganisationId organisation_id,
                                 const PeopleFilter& filter, const store::PageRequest& page) const {
    static constexpr auto page_by_nickname = person_columns + R"sql(
        AND p.active = ?2 AND p.import_id IS NULL AND p.erased_ms IS NULL AND (?3 IS NULL OR p.role = ?3)
        AND (?4 IS NULL
            OR EXISTS (SELECT 1 FROM class_students s WHERE s.class_id = ?4 AND s.person_id = p.id))
        AND (?5 IS NULL OR p.nickname LIKE ?5 ESCAPE '\'
            OR p.first_name || ' ' || p.last_name LIKE ?5 ESCAPE '\')
        AND (?6 IS NULL OR (p.nickname, p.id) >
            (SELECT nickname, id FROM persons WHERE organisation_id = ?1 AND id = ?6))
        ORDER BY p.nickname, p.id LIMIT ?7)sql";
    std::optional<std::string> pattern;
    if (!filter.text.empty()) pattern = like_pattern(filter.text);
    auto rows = read.query(page_by_nickname, organisation_id, !filter.inactive, filter.role, filter.class_id,
                           pattern, page.after, page.limit + 1);
    return store::read_page<Person>(std::move(rows), page, person_of);
}

bool People::any(store::Read& read) const {
    return read.integer("SELECT 1 FROM persons LIMIT 1").has_value();
}

void People::refuse_taken_names(store::Read& read, OrganisationId organisation_id, PersonId except_id,
                                const Names& names) const {
    auto refuse = [](std::string_view what, std::string_view value) {
        platform::throw_conflict("The " + std::string(what) + " \"" + std::string(value) + "\" is taken.");
    };
    if (names.nickname &&
        read.integer("SELECT id FROM persons WHERE organisation_id = ? AND name_key = ? AND id <> ?",
                     organisation_id, platform::name_key(*names.nickname), except_id))
        refuse("nickname", *names.nickname);
    // User name and e-mail are unique on the whole box: the only names that can be noticed across
    // organisations.
    if (names.username &&
        read.integer("SELECT id FROM persons WHERE (username = ?1 OR email = ?1) AND id <> ?2",
                     *names.username, except_id))
        refuse("user name", *names.username);
    if (names.email && read.integer("SELECT id FROM persons WHERE (username = ?1 OR email = ?1) AND id <> ?2",
                                    *names.email, except_id))
        platform::throw_conflict("This e-mail address is taken.");
    if (names.external_id &&
        read.integer("SELECT id FROM persons WHERE organisation_id = ? AND external_id = ? AND id <> ?",
                     organisation_id, *names.external_id, except_id))
        refuse("external id", *names.external_id);
}

Person People::add(store::Tx& tx, OrganisationId organisation_id, const NewPerson& person) {
    const std::string nickname = platform::plain_name(person.nickname);
    refuse_taken_names(tx, organisation_id, {},
                       {nickname, person.username, person.email, person.external_id});
    PersonId id = tx.insert<PersonId>(
        "INSERT INTO persons (organisation_id, role, nickname, first_name, last_name, username, email, "
        "external_id,"
        " pin_hash, password_hash, box_administrator, created_ms, name_key)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        organisation_id, person.role, nickname, person.first_name, person.last_name, person.username,
        person.email, person.external_id, person.pin_hash, person.password_hash, person.box_administrator,
        tx.now_ms(), platform::name_key(nickname));
    return get(tx, organisation_id, id);
}

void People::refuse_last_administrator(store::Read& read, OrganisationId organisation_id, PersonId id) const {
    bool another = read.integer(
                           "SELECT 1 FROM persons WHERE organisation_id = ? AND id <> ? AND active = 1"
                           " AND role = 'administrator' AND password_hash IS NOT NULL LIMIT 1",
                           organisation_id, id)
                       .has_value();
    if (!another) platform::throw_conflict("This is the only administrator: make another one first.");
}

Person People::change(store::Tx& tx, OrganisationId organisation_id, PersonId id,
                      const PersonChange& change) {
    Person before = get(tx, organisation_id, id);
    if (tx.integer("SELECT 1 FROM persons WHERE id = ? AND erased_ms IS NOT NULL", id))
        platform::throw_conflict("This person was erased.");
    Person after = before;
    if (change.role) after.role = *change.role;
    if (change.nickname) after.nickname = platform::plain_name(*change.nickname);
    if (change.first_name) after.first_name = *change.first_name;
    if (change.last_name) after.last_name = *change.last_name;
    if (change.username) after.username = *change.username;
    if (change.email) after.email = *change.email;
    if (change.external_id) after.external_id = *change.external_id;
    if (change.active) after.active = *change.active;

    if (before.active && !after.active)
        deactivate(tx, organisation_id, id);
    else if (before.role == Role::administrator && after.role != Role::administrator)
        refuse_last_administrator(tx, organisation_id, id);
    refuse_taken_names(tx, organisation_id, id,
                       {after.nickname, after.username, after.email, after.external_id});
    tx.run(
        "UPDATE persons SET role = ?3, nickname = ?4, first_name = ?5, last_name = ?6, username = ?7, email "
        "= ?8,"
        " external_id = ?9, active = ?10, name_key = ?11 WHERE organisation_id = ?1 AND id = ?2",
        organisation_id, id, after.role, after.nickname, after.first_name, after.last_name, after.username,
        after.email, after.external_id, after.active, platform::name_key(after.nickname));
    logins_.refresh_person(tx, organisation_id, id);
    if (after.nickname != before.nickname) renamed(tx, organisation_id, id);
    return get(tx, organisation_id, id);
}

void People::deactivate(store::Tx& tx, OrganisationId organisation_id, PersonId id) {
    Person person = get(tx, organisation_id, id);
    if (!person.active) return;
    if (person.role == Role::administrator) refuse_last_administrator(tx, organisation_id, id);
    logins_.end_of_person(tx, organisation_id, id);
    deactivating(tx, organisation_id, id);
    tx.run("UPDATE persons SET active = 0 WHERE organisation_id = ? AND id = ?", organisation_id, id);
}

void People::erase(store::Tx& tx, OrganisationId organisation_id, PersonId id) {
    deactivate(tx, organisation_id, id);
    logins_.end_of_person(tx, organisation_id, id);
    Guesses::forget_names(tx, get(tx, organisation_id, id));
    tx.run(
        "UPDATE persons SET nickname = 'erased ' || id, name_key = 'erased ' || id, first_name = '', last_name = '', username = NULL, "
        "email = NULL,"
        " external_id = NULL, pin_hash = NULL, password_hash = NULL, totp_secret = NULL, totp_offered = NULL,"
        " box_administrator = 0, erased_ms = ?3 WHERE organisation_id = ?1 AND id = ?2",
        organisation_id, id, tx.now_ms());
    tx.run("DELETE FROM class_students WHERE person_id = ?", id);
    tx.run("DELETE FROM login_cards WHERE person_id = ?", id);
    tx.run("DELETE FROM recovery_codes WHERE person_id = ?", id);
    tx.run("DELETE FROM profiles WHERE person_id = ?", id);
    tx.run("DELETE FROM password_requests WHERE person_id = ?", id);
    KnownSources::forget_person(tx, id);
    tx.run(
        "DELETE FROM import_rows WHERE import_id IN (SELECT id FROM imports WHERE organisation_id = ?) AND "
        "person_id = ?",
        organisation_id, id);
    erasing(tx, organisation_id, id);
}

void People::set_pin(store::Tx& tx, OrganisationId organisation_id, PersonId id,
                     std::optional<std::string_view> pin_hash) {
    if (tx.run("UPDATE persons SET pin_hash = ?3 WHERE organisation_id = ?1 AND id = ?2", organisation_id, id,
               pin_hash) == 0)
        platform::throw_not_found("person");
    logins_.end_of_person(tx, organisation_id, id, platform::Proof::pin);
}

void People::set_password(store::Tx& tx, OrganisationId organisation_id, PersonId id,
                          std::string_view password_hash, LoginId except_login_id) {
    if (tx.run("UPDATE persons SET password_hash = ?3 WHERE organisation_id = ?1 AND id = ?2",
               organisation_id, id, password_hash) == 0)
        platform::throw_not_found("person");
    logins_.end_of_person(tx, organisation_id, id, platform::Proof::password, except_login_id);
    password_set(tx, organisation_id, id);
}

nlohmann::json json_of(const Person& person) {
    auto text_or_null = [](const std::optional<std::string>& text) {
        return text ? nlohmann::json(*text) : nlohmann::json();
    };
    return {{"id", person.id},
            {"role", platform::name_of(person.role)},
            {"nickname", person.nickname},
            {"first_name", person.first_name},
            {"last_name", person.last_name},
            {"username", text_or_null(person.username)},
            {"email", text_or_null(person.email)},
            {"external_id", text_or_null(person.external_id)},
            {"active", person.active},
            {"has_pin", person.has_pin},
            {"has_password", person.has_password},
            {"has_totp", person.has_totp},
            {"created_at", platform::iso8601(person.created_ms)}};
}

nlohmann::json json_of(const PersonReference& person) {
    return {{"id", person.id}, {"nickname", person.nickname}};
}

nlohmann::json json_of(const std::optional<PersonReference>& person) {
    return person ? json_of(*person) : nlohmann::json();
}

} // namespace people
