#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "http/serving/route.h"
#include "people/classes.h"
#include "people/organisation.h"
#include "people/people.h"
#include "people/privacy.h"
#include "people/rosters/import.h"
#include "people/signing_in/invitation.h"
#include "people/signing_in/known_sources.h"
#include "people/signing_in/login_card.h"
#include "people/signing_in/logins.h"
#include "people/signing_in/second_factor.h"
#include "people/signing_in/setup.h"
#include "people/signing_in/sign_in.h"
#include "people/signing_in/site_keys.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "store/store.h"

namespace people {

// The parts that the routes of people use; all of them outlive the table.
struct PeopleParts {
    store::Store& store;
    platform::SecretHasher& hasher;
    platform::Random& random;
    Organisations& organisations;
    People& people;
    Classes& classes;
    Logins& logins;
    SiteKeys& site_keys;
    SignIn& sign_in;
    Setup& setup;
    SecondFactor& second_factor;
    Invitations& invitations;
    LoginCards& login_cards;
    Imports& imports;
    Privacy& privacy;
    bool tls = false; // the cookie is then __Host- and Secure
    // The headset that a login belongs to, as JSON: devices are above people.
    std::function<http::Json(store::Read&, OrganisationId organisation_id, DeviceId device_id)>
        describe_device = {};
};

// All of /v1/setup, /v1/logins, /v1/totp, /v1/invitations, /v1/organisation(s), /v1/people, /v1/classes and
// /v1/site-keys, /v1/roster*.
void add_people_routes(http::RouteTable& table, const PeopleParts& parts);

// Parts of them, one file each.
void add_login_routes(http::RouteTable& table, const PeopleParts& parts);
void add_organisation_routes(http::RouteTable& table, const PeopleParts& parts);
void add_staff_routes(http::RouteTable& table, const PeopleParts& parts);
void add_person_routes(http::RouteTable& table, const PeopleParts& parts);
void add_student_secret_routes(http::RouteTable& table, const PeopleParts& parts);
void add_import_routes(http::RouteTable& table, const PeopleParts& parts);
void add_privacy_routes(http::RouteTable& table, const PeopleParts& parts);
void add_class_routes(http::RouteTable& table, const PeopleParts& parts);

// Shapes that other modules' routes use as well.
http::Shape organisation_shape();
http::Shape person_shape();
http::Shape person_name(std::size_t most); // a name as people write it
http::Shape password_shape();
http::Shape nickname_shape(); // one that is given; `checked_nickname` says what else it must be
http::Shape username_shape();
http::Shape email_shape();
http::Shape made_login_shape();

// The name without spaces around it, as it is kept. Error invalid when nothing is left, or when nobody could
// sign in by it.
std::string checked_nickname(const std::string& nickname);

// The answer to signing in, in whichever way it was done.
http::Answer login_answer(const PeopleParts& parts, const Organisation& organisation, const Person& person,
                          const NewLogin& login, bool cookie);

// The cookie of a page: its name, and the header that sets or clears it.
std::string cookie_name(bool tls);
std::string set_cookie(bool tls, std::string_view token);
std::string clear_cookie(bool tls);

// Where a try at signing in comes from.
Source source_of(const http::Call& call);
// A browser says with every POST which page it comes from. Scripts don't, and may understand one cookie only.
bool is_browser(const http::Call& call);
// The header for the cookie by which a browser is known (SignIn::remember).
std::string set_known_cookie(bool tls, std::string_view known);

} // namespace people
