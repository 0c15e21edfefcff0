// Logins: signed-in people and paired headsets, by the hash of their token. Every call asks who holds a
// token, so the answer comes from a table in memory, which changes only after the commit that changed the
// rows.
//
// A headset has one login of its own, from pairing to unpairing. A person who signs in on it becomes the
// person of that login, until they sign out or somebody else signs in: that is who wears the headset. In a
// transaction ask person_on_device(), anywhere else wearer(); nobody else keeps it. Besides, a person may
// hold a login that names the headset (the lms dialect's token); that one ends when somebody else signs in
// there.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "people/people.h"
#include "platform/caller.h"
#include "platform/ids.h"
#include "platform/random.h"
#include "store/hook.h"
#include "store/transaction.h"

namespace people {

struct Login {
    LoginId id;
    OrganisationId organisation_id;
    std::optional<PersonId> person_id;
    std::optional<DeviceId> device_id;
    platform::Proof proof = platform::Proof::none;
    std::string user_agent;
    std::int64_t created_ms = 0, expires_ms = 0;
};

struct NewLogin {
    LoginId id;
    std::string token; // shown to its holder once; only its hash is kept
    std::int64_t expires_ms = 0;
};

// A person's login ends after this long without use; each use prolongs it, but never beyond the second
// figure.
inline constexpr std::int64_t idle_ms = 12LL * 3600 * 1000;
inline constexpr std::int64_t longest_ms = 30LL * 24 * 3600 * 1000;

class Logins {
public:
    explicit Logins(platform::Random& random) : random_(random) {}

    // At start: loads all logins that have not ended.
    void load(store::Read& read);

    // The caller who holds this token, or a stranger. Any thread, microseconds.
    platform::Caller find(std::string_view token, std::int64_t now_ms) const;

    NewLogin add_person(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                        platform::Proof proof, std::string_view user_agent,
                        std::optional<DeviceId> device_id = {});
    // On a headset, with a token that its client already holds (it waited to be admitted).
    LoginId add_person_with_hash(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                                 DeviceId device_id, std::string_view token_hash);
    // Makes a headset's own login and ends an older one of that headset.
    NewLogin add_device(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id);
    // The same with a token that the headset already holds (it waited to be admitted).
    LoginId add_device_with_hash(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id,
                                 std::string_view token_hash);

    // Whether the headset has used its own token since it paired. Then its serial number says nothing:
    // whoever is that headset has the token. Any thread, microseconds.
    bool token_used(DeviceId device_id) const;
    // Where the headset was last bound from by its serial number alone, an address; "": nowhere.
    std::string bound_from(store::Read& read, OrganisationId organisation_id, DeviceId device_id) const;
    void bound(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id, std::string_view address);

    // Binds person and headset; null signs out. Ends the logins that the previous person held on that
    // headset.
    void sign_in_on_device(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id,
                           const std::optional<PersonReference>& person);
    // The person signed in on that headset, as the last commit left it. Any thread, microseconds.
    std::optional<PersonReference> wearer(DeviceId device_id) const;
    // The same as the transaction sees it.
    std::optional<PersonReference> person_on_device(store::Read& read, OrganisationId organisation_id,
                                                    DeviceId device_id) const;
    std::optional<DeviceId> device_of_person(store::Read& read, OrganisationId organisation_id,
                                             PersonId person_id) const;

    std::vector<Login> list(store::Read& read, OrganisationId organisation_id,
                            std::optional<PersonId> person_id) const;
    std::optional<Login> find(store::Read& read, OrganisationId organisation_id, LoginId id) const;
    void end(store::Tx& tx, OrganisationId organisation_id, LoginId id);
    void end_of_person(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                       std::optional<platform::Proof> made_by = {}, LoginId except_login_id = {});
    // Ends the logins of staff who signed in by PIN alone, when their school no longer allows it.
    void end_pins_of_staff(store::Tx& tx, OrganisationId organisation_id);
    void end_of_device(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id);
    // The holder of this login, made by password, has shown a second factor: it now counts as made by both.
    void raise_to_totp(store::Tx& tx, OrganisationId organisation_id, LoginId login_id);
    // A person's rights or nickname changed: callers see the new ones after the commit.
    void refresh_person(store::Tx& tx, OrganisationId organisation_id, PersonId person_id);

    // Uses prolong logins in memory, and headsets use their tokens for the first time; this writes both to
    // disk, and removes what has ended. A job of the writer, every few minutes.
    bool has_prolonged() const;
    void keep_prolonged(store::Tx& tx);

    // Somebody signed in (null: out) on a headset.
    store::After<OrganisationId, DeviceId, std::optional<PersonReference>> signed_in;
    store::After<std::vector<LoginId>> ended; // their sockets are closed

private:
    struct Entry;
    struct Row;
    void keep_own(const Row& row, const std::shared_ptr<Entry>& entry); // with mutex_ held
    static Row row_of(const store::Statement& rows);
    static std::vector<LoginId> ids_of(store::Statement rows);
    LoginId insert(store::Tx& tx, const Login& login, std::string_view token_hash);
    // After the commit, memory has this login as the transaction sees it now.
    void publish(store::Tx& tx, LoginId login_id);
    void bind(store::Tx& tx, LoginId login_id, OrganisationId organisation_id, DeviceId device_id,
              const std::optional<PersonReference>& person);
    void leave_devices(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                       DeviceId except_device_id);
    void end_ids(store::Tx& tx, const std::vector<LoginId>& ids);

    platform::Random& random_;
    mutable std::shared_mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<Entry>> by_hash_;
    std::unordered_map<LoginId, std::string> hash_by_id_;
    std::unordered_map<DeviceId, PersonReference> wearers_;
    std::unordered_map<DeviceId, std::shared_ptr<Entry>> own_; // headsets' own logins
    mutable std::atomic<bool> prolonged_{false};
};

} // namespace people
