#include "sessions/places.h"

#include <catch2/catch_test_macros.hpp>

using sessions::Place;
using sessions::Places;

TEST_CASE("a headset is in one session at a time", "[sessions]") {
    const OrganisationId fern_hill(1), oak_lane(2);
    const DeviceId one(1), two(2);
    const SessionId reef(7), mars(8);
    Places places;
    CHECK_FALSE(places.session_of(one));
    CHECK(places.of(one) == Place{one, {}, {}});

    CHECK(places.put(fern_hill, {one, reef, RunId(5)}) == Place{one, {}, {}});
    places.put(oak_lane, {two, reef, {}});
    CHECK(places.session_of(one) == reef);
    CHECK(places.headsets_in(reef) == std::set<DeviceId>{one, two});
    CHECK(places.with_run() == std::vector<std::pair<OrganisationId, DeviceId>>{{fern_hill, one}});

    CHECK(places.put(fern_hill, {one, mars, RunId(6)}) == Place{one, reef, RunId(5)});
    CHECK(places.headsets_in(reef) == std::set<DeviceId>{two});
    CHECK(places.headsets_in(mars) == std::set<DeviceId>{one});

    places.put(fern_hill, {one, {}, {}});
    CHECK_FALSE(places.session_of(one));
    CHECK(places.headsets_in(mars).empty());
    CHECK(places.with_run().empty());
}
