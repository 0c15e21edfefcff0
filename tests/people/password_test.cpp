#include "people/signing_in/password.h"

#include <catch2/catch_test_macros.hpp>

using people::is_commonly_tried;

TEST_CASE("passwords that everybody tries first are found, however they are dressed up", "[people]") {
    for (const char* bad :
         {"password",   "Password", "PASSWORD2026!", "passw0rd",   "p@ssw0rd1", "12345678",
          "1234567890", "87654321", "12345678!",     "qwertyuiop", "Qwerty123", "azertyuiop",
          "aaaaaaaa",   "12121212", "abcabcabc",     "abcabcabc1", "iloveyou1", "teacher123",
          "Lehrer2025", "lectern!", "welcome1",      "motdepasse", "hallo1234", "        ",
          "--------",   "asdfghjk", "1q2w3e4r",      "abcdefgh",   "zyxwvuts",  "school!!"}) {
        INFO(bad);
        CHECK(is_commonly_tried(bad, ""));
    }
}

TEST_CASE("a password is not the name of its owner", "[people]") {
    CHECK(is_commonly_tried("ada.rossi", "ada.rossi"));
    CHECK(is_commonly_tried("Ada.Rossi1984!", "ada.rossi"));
    CHECK(is_commonly_tried("ada.rossi1", "ada.rossi7"));
    CHECK(is_commonly_tried("40017!!!", "40017"));
    CHECK_FALSE(is_commonly_tried("ada.rossi", "ellis"));
    CHECK_FALSE(is_commonly_tried("8301-4472", "40017")); // neither has letters: no likeness
    CHECK_FALSE(is_commonly_tried("ada.rossi and the reef", "ada.rossi"));
}

TEST_CASE("what people should type is taken", "[people]") {
    for (const char* good : {"correct horse", "demo-demo", "long enough", "reef turtle lamp", "k8493-2211",
                             "a9471536", "Zaunkoenig 77", "t0rt0ise&hare", "密码由三个词组成",
                             "passwordless lamp", "20111994", "!?#-%&=+", "our school is blue"}) {
        INFO(good);
        CHECK_FALSE(is_commonly_tried(good, "ellis"));
    }
}
