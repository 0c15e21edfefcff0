#include "dialects/lax_fields.h"

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <string>

#include "platform/error.h"
#include "platform/ids.h"

namespace {

using dialects::FieldFault;
using dialects::LaxFields;
using Json = nlohmann::json;

std::string words(FieldFault fault, std::size_t most) {
    switch (fault) {
        case FieldFault::missing:
            return "missing";
        case FieldFault::blank:
            return "blank";
        case FieldFault::not_text:
            return "not a text";
        case FieldFault::not_utf8:
            return "not UTF-8";
        case FieldFault::null_character:
            return "null character";
        case FieldFault::too_short:
            return "too short";
        case FieldFault::too_long:
            return "over " + std::to_string(most);
        case FieldFault::not_integer:
            return "not an integer";
    }
    return "";
}

// What a reading of {"x": value} gives, or "x: fault".
std::string outcome(const Json& body, const std::function<std::string(const LaxFields&)>& reading) {
    try {
        return reading(LaxFields(body, words));
    } catch (const platform::Error& error) {
        REQUIRE(error.fields().size() == 1);
        return error.fields().front().field + ": " + error.fields().front().message;
    }
}

std::string text_of(const LaxFields& fields) {
    return fields.text("x", 5);
}
std::string optional_text_of(const LaxFields& fields) {
    return fields.optional_text("x", 5);
}
std::string id_of(const LaxFields& fields) {
    return to_string(fields.id<RoomId>("x"));
}

} // namespace

TEST_CASE("a lax field is a text or a whole number, and its faults are in the dialect's words") {
    struct Row {
        Json value;
        std::string text, optional_text, id;
    };
    const Row rows[] = {
        {"7", "7", "7", "7"},
        {7, "7", "7", "7"},
        {-7, "-7", "-7", "-7"},
        {" ab ", "ab", "ab", "x: not an integer"},
        {"five!", "five!", "five!", "x: not an integer"},
        {"äöüß€", "äöüß€", "äöüß€", "x: not an integer"},
        {"longer", "x: over 5", "x: over 5", "x: not an integer"},
        {"  ", "x: blank", "", "x: not an integer"},
        {"", "x: blank", "", "x: not an integer"},
        {nullptr, "x: blank", "", "x: not an integer"},
        {0.5, "x: not a text", "x: not a text", "x: not an integer"},
        {true, "x: not a text", "x: not a text", "x: not an integer"},
        {Json::array({7}), "x: not a text", "x: not a text", "x: not an integer"},
        {"\xff", "x: not UTF-8", "x: not UTF-8", "x: not an integer"},
        {std::string("a\0b", 3), "x: null character", "x: null character", "x: not an integer"},
        {18446744073709551615u, "18446744073709551615", "18446744073709551615", "x: not an integer"},
        {"18446744073709551615", "x: over 5", "x: over 5", "x: not an integer"},
    };
    for (const Row& row : rows) {
        const Json body{{"x", row.value}};
        INFO(body.dump(-1, ' ', false, Json::error_handler_t::replace));
        CHECK(outcome(body, text_of) == row.text);
        CHECK(outcome(body, optional_text_of) == row.optional_text);
        CHECK(outcome(body, id_of) == row.id);
    }
    for (const Json& body : {Json::object(), Json(), Json("x"), Json::array()}) {
        CHECK(outcome(body, text_of) == "x: missing");
        CHECK(outcome(body, optional_text_of).empty());
        CHECK(outcome(body, id_of) == "x: missing");
    }
}

TEST_CASE("where a dialect doesn't say what is wrong, what doesn't fit counts as absent") {
    const Json body{{"text", " a "}, {"number", 7}, {"digits", "7"}, {"half", 0.5}, {"nothing", nullptr}};
    const platform::JsonFields fields(body);
    CHECK(dialects::text_if_any(fields, "text") == " a ");
    CHECK(dialects::id_if_any<SeatId>(fields, "number") == SeatId(7));
    for (const char* name : {"number", "half", "nothing", "absent"})
        CHECK(dialects::text_if_any(fields, name).empty());
    for (const char* name : {"text", "digits", "half", "nothing", "absent"})
        CHECK_FALSE(dialects::id_if_any<SeatId>(fields, name));
}

TEST_CASE("a text's faults are found in code points") {
    CHECK_FALSE(dialects::text_fault("äöü", 3, 3));
    CHECK(dialects::text_fault("äöü", 4, 9) == FieldFault::too_short);
    CHECK(dialects::text_fault("äöü", 0, 2) == FieldFault::too_long);
    CHECK(dialects::text_fault("", 1, 2) == FieldFault::too_short);
}
