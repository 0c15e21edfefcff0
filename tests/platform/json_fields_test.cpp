#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/error.h"
#include "platform/json_fields.h"

namespace {

using platform::JsonFields;
using Json = nlohmann::json;

enum class Colour { red, green };
constexpr auto names_of(Colour) {
    return platform::names<Colour>({{Colour::red, "red"}, {Colour::green, "green"}});
}

const Json body = Json::parse(R"({
    "text": "  a reef ", "empty": "", "nothing": null, "yes": true, "seven": 7, "half": 0.5, "minus": -3,
    "huge": 18446744073709551615, "colour": "green", "ids": [3, 4], "mixed": [1, "two"],
    "object": {"seven": "7"}, "seats": [{"row": 1}, {"row": "A"}], "odd": [{}, 5]
})");

// "field: message" of the error, or "" when there is none.
std::string fault_of(const std::function<void(const JsonFields&)>& reading) {
    try {
        reading(JsonFields(body));
        return "";
    } catch (const platform::Error& error) {
        CHECK(error.kind() == platform::ErrorKind::invalid);
        REQUIRE(error.fields().size() == 1);
        return error.fields().front().field + ": " + error.fields().front().message;
    }
}

} // namespace

TEST_CASE("a field is read as what it is meant to be") {
    const JsonFields fields(body);
    CHECK(fields.get<std::string>("text") == "  a reef ");
    CHECK(fields.trimmed("text") == "a reef");
    CHECK(fields.get<std::string_view>("empty").empty());
    CHECK(fields.get<bool>("yes"));
    CHECK(fields.get<int>("seven") == 7);
    CHECK(fields.get<std::uint64_t>("seven") == 7);
    CHECK(fields.get<std::int64_t>("minus") == -3);
    CHECK(fields.get<double>("half") == 0.5);
    CHECK(fields.get<double>("seven") == 7);
    CHECK(fields.get<RoomId>("seven") == RoomId(7));
    CHECK(fields.get<Colour>("colour") == Colour::green);
    CHECK(fields.get<std::vector<SeatId>>("ids") == std::vector{SeatId(3), SeatId(4)});
    CHECK(fields.object("object").get<std::string>("seven") == "7");
    CHECK(fields.objects("seats").front().get<int>("row") == 1);
    CHECK(fields.size() == body.size());
}

TEST_CASE("what is absent or null is read as nothing, and an object never changes by being read") {
    const Json before = body;
    const JsonFields fields(body);
    for (const char* name : {"nothing", "absent"}) {
        INFO(name);
        CHECK(fields.find<std::string>(name) == std::nullopt);
        CHECK(fields.get_or(name, 5) == 5);
        CHECK(fields.json(name).is_null());
        CHECK_FALSE(fields.find_object(name));
    }
    CHECK(fields.find<int>("seven") == 7);
    CHECK(fields.get_or("seven", 5) == 7);
    CHECK(fields.json("ids").size() == 2);
    CHECK(fields.find_object("object"));
    // A change tells "leave it" from "unset it".
    CHECK_FALSE(fields.find_nullable<int>("absent").has_value());
    const auto unset = fields.find_nullable<int>("nothing");
    REQUIRE(unset.has_value());
    CHECK_FALSE(unset->has_value());
    CHECK(fields.find_nullable<int>("seven").value().value() == 7);
    CHECK(fields.has("nothing"));
    CHECK_FALSE(fields.has("absent"));
    CHECK(body == before);
}

TEST_CASE("what is no object has no fields") {
    for (const Json& other : {Json(), Json("text"), Json::array({1}), Json(5)}) {
        const JsonFields fields(other);
        CHECK_FALSE(fields.has("a"));
        CHECK(fields.size() == 0);
        CHECK(fields.find<int>("a") == std::nullopt);
        CHECK_THROWS_AS(fields.get<int>("a"), platform::Error);
    }
}

TEST_CASE("an error names the field by its path, and says what was expected") {
    struct Row {
        const char* fault;
        std::function<void(const JsonFields&)> reading;
    };
    const Row rows[] = {
        {"absent: is required", [](const JsonFields& f) { f.get<std::string>("absent"); }},
        {"nothing: is required", [](const JsonFields& f) { f.get<int>("nothing"); }},
        {"absent: is required", [](const JsonFields& f) { f.trimmed("absent"); }},
        {"absent: is required", [](const JsonFields& f) { f.object("absent"); }},
        {"absent: is required", [](const JsonFields& f) { f.objects("absent"); }},
        {"seven: must be a text", [](const JsonFields& f) { f.get<std::string>("seven"); }},
        {"seven: must be a text", [](const JsonFields& f) { f.find<std::string_view>("seven"); }},
        {"seven: must be true or false", [](const JsonFields& f) { f.get_or("seven", false); }},
        {"seven: must be an object", [](const JsonFields& f) { f.object("seven"); }},
        {"seven: must be a list", [](const JsonFields& f) { f.objects("seven"); }},
        {"text: must be a list", [](const JsonFields& f) { f.get<std::vector<int>>("text"); }},
        {"text: must be an integer", [](const JsonFields& f) { f.get<int>("text"); }},
        {"half: must be an integer", [](const JsonFields& f) { f.get<RoomId>("half"); }},
        {"text: must be a number", [](const JsonFields& f) { f.get<double>("text"); }},
        {"minus: must be an integer from 0 to 65535",
         [](const JsonFields& f) { f.get<std::uint16_t>("minus"); }},
        {"huge: must be an integer from -2147483648 to 2147483647",
         [](const JsonFields& f) { f.get<int>("huge"); }},
        {"huge: must be an integer from -9223372036854775808 to 9223372036854775807",
         [](const JsonFields& f) { f.get<RoomId>("huge"); }},
        {"text: must be one of red, green", [](const JsonFields& f) { f.get<Colour>("text"); }},
        {"seven: must be a text", [](const JsonFields& f) { f.get<Colour>("seven"); }},
        {"mixed[1]: must be an integer", [](const JsonFields& f) { f.get<std::vector<SeatId>>("mixed"); }},
        {"object.seven: must be an integer",
         [](const JsonFields& f) { f.object("object").get<int>("seven"); }},
        {"object.absent: is required", [](const JsonFields& f) { f.object("object").get<int>("absent"); }},
        {"seats[1].row: must be an integer",
         [](const JsonFields& f) { f.objects("seats").at(1).get<int>("row"); }},
        {"odd[1]: must be an object", [](const JsonFields& f) { f.objects("odd"); }},
    };
    for (const Row& row : rows)
        CHECK(fault_of(row.reading) == row.fault);
    CHECK(fault_of([](const JsonFields& f) { f.get<std::uint64_t>("seven"); }).empty());
}
