#include "store/settings.h"

#include <catch2/catch_test_macros.hpp>

#include "support/school.h"

TEST_CASE("a setting is a text or a number, is replaced, and can be removed", "[store]") {
    support::School school;
    school.write([](store::Tx& tx) {
        CHECK_FALSE(store::setting(tx, "colour"));
        CHECK(store::setting(tx, "days", 730) == 730);

        store::set_setting(tx, "colour", "blue");
        store::set_setting(tx, "days", 30);
        store::set_setting(tx, "days", 31);
        CHECK(store::setting(tx, "colour") == "blue");
        CHECK(store::setting(tx, "days") == "31");
        CHECK(store::setting(tx, "days", 730) == 31);
        // What is no number counts as absent.
        CHECK(store::setting(tx, "colour", 730) == 730);

        store::remove_setting(tx, "days");
        CHECK(store::setting(tx, "days", 730) == 730);
        CHECK(store::setting(tx, "colour") == "blue");
    });
}
