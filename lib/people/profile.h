// Settings that people make for themselves in the apps that ask for it, their last sign-in there, and
// requests of people who forgot their password: an administrator sees those, and sets a new one.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/people.h"
#include "platform/ids.h"
#include "store/hook.h"
#include "store/transaction.h"

namespace people {

struct Profile {
    std::string time_zone = "UTC";  // the organisation's, until it is set
    std::string preferences = "{}"; // a JSON object, the app's own
    std::optional<std::int64_t> last_login_ms;
};

struct PasswordRequest {
    PersonReference person;
    std::int64_t at_ms = 0;
};

class Profiles {
public:
    Profile get(store::Read& read, OrganisationId organisation_id, PersonId person_id) const;
    void change(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                const std::optional<std::string>& time_zone, const std::optional<std::string>& preferences);
    void signed_in(store::Tx& tx, OrganisationId organisation_id, PersonId person_id);

    // Records a request if somebody has that user name or address; the caller does not learn whether anybody
    // has. Asking again within a minute changes nothing.
    void forgot_password(store::Tx& tx, std::string_view name);
    // The newest first; at most a hundred.
    std::vector<PasswordRequest> password_requests(store::Read& read, OrganisationId organisation_id) const;
    // False: there was no request.
    bool close_password_request(store::Tx& tx, OrganisationId organisation_id, PersonId person_id);

    // A password was forgotten; null once that is settled.
    store::After<OrganisationId, PersonId, std::optional<PasswordRequest>> password_request;

private:
    void ensure(store::Tx& tx, OrganisationId organisation_id, PersonId person_id);
};

nlohmann::json json_of(const PasswordRequest& request);

} // namespace people
