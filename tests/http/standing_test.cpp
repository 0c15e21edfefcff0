// Who has which standing.
#include "http/serving/standing.h"

#include <catch2/catch_test_macros.hpp>

#include "http/house.h"

using http::Standing;
using http::standing_of;

TEST_CASE("everybody has one standing", "[http]") {
    platform::Caller key;
    key.organisation_id = OrganisationId(1);
    key.site_key_id = SiteKeyId(5);
    platform::Caller worn = house::headset();
    worn.person_id = PersonId(12);
    CHECK(standing_of({}) == Standing::stranger);
    CHECK(standing_of(house::student()) == Standing::student);
    CHECK(standing_of(house::headset()) == Standing::headset);
    CHECK(standing_of(worn) == Standing::headset);
    CHECK(standing_of(key) == Standing::site_key);
    CHECK(standing_of(house::teacher()) == Standing::staff);
}
