#include "http/serving/shape.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "http/serving/body.h"
#include "http/serving/choice.h"

using namespace http;

namespace {

std::string told(const Shape& shape, const char* text) {
    std::string all;
    for (const auto& fault : shape.faults(Json::parse(text)))
        all += (all.empty() ? "" : "; ") + (fault.field.empty() ? "" : fault.field + " ") + fault.message;
    return all;
}

struct Row {
    Shape shape;
    const char *value, *faults;
};

const std::string long_text = "\"" + std::string(300, 'a') + "\"";

const Row rows[] = {
    {text(1, 3), R"("abc")", ""},
    {text(1, 3), R"("äöü")", ""}, // counted in characters, not bytes
    {text(1, 3), R"("abcd")", "must be 1 to 3 characters"},
    {text(1, 3), R"("")", "must be 1 to 3 characters"},
    {text(0, 3), R"("abcd")", "must be at most 3 characters"},
    {text(4, 4), R"("abc")", "must be 4 characters"},
    {text(1, 3), "7", "must be a text"},
    {text(1, 3), "null", "must not be null"},
    {nullable(text(1, 3)), "null", ""},
    {text(1, 80), R"("a\nb")", "must not have control characters"},
    {text(1, 2000), R"("a\nb")", ""}, // a long text has lines
    {text(1, 2000), R"("a\u0000b")", "must not have control characters"},
    {integer(1, 50), "50", ""},
    {integer(1, 50), "51", "must be an integer from 1 to 50"},
    {integer(1, 50), "1.0", "must be an integer from 1 to 50"},
    {integer(1, 50), R"("1")", "must be an integer from 1 to 50"},
    {identifier(), "0", "must be an integer from 1"},
    {identifier(), "9223372036854775807", ""},
    {identifier(), "9223372036854775808", "must be an integer from 1"},
    {identifier(), "18446744073709551615", "must be an integer from 1"},
    {number(-90, 90), "-90", ""},
    {number(-90, 90), "12.5", ""},
    {number(-90, 90), "91", "must be a number from -90.0 to 90.0"},
    {boolean(), "true", ""},
    {boolean(), "1", "must be true or false"},
    {time(), R"("2026-11-21T08:30:00Z")", ""},
    {time(), R"("yesterday")", "must be a time such as 2026-11-21T08:30:00Z"},
    {colour(), R"("#1a2b3c")", ""},
    {colour(), R"("red")", "must be a colour such as #1a2b3c"},
    {pin(), R"("0042")", ""},
    {pin(), R"("42")", "must be 4 digits"},
    {pin(), "42", "must be 4 digits"},
    {pattern("(a|b)*c", "as long as it likes"), long_text.c_str(), "must be as long as it likes"},
    {one_of({"play", "pause"}), R"("play")", ""},
    {one_of({"play", "pause"}), R"("stop")", "must be one of play, pause"},
    {list(integer(1, 9), 3), "[1,2,3]", ""},
    {list(integer(1, 9), 3), "[1,2,3,4]", "must be at most 3 items"},
    {list(integer(1, 9), 3), "[1,0,\"x\"]",
     "[1] must be an integer from 1 to 9; [2] must be an integer from 1 to 9"},
    {http::map(boolean(), 2), R"({"a":true,"b":1})", "b must be true or false"},
    {http::map(boolean(), 1), R"({"a":true,"b":true})", "must be at most 1 entry"},
    {anything(), R"([{"a":null}])", ""},
    {nothing(), R"({"a":1})", ""},
};

} // namespace

TEST_CASE("a shape says what does not fit", "[http]") {
    for (const auto& row : rows) {
        INFO(row.value);
        CHECK(told(row.shape, row.value) == row.faults);
    }
}

TEST_CASE("every faulty field is named, by its path", "[http]") {
    const auto shape =
        object({{"title", text(1, 80)},
                {"class_id?", nullable(identifier())},
                {"lessons", list(object({{"title", text(1, 80)}, {"kind", one_of({"video", "app"})}}), 9)}});
    CHECK(told(shape, R"({"title":"Reef","lessons":[]})").empty());
    CHECK(told(shape, R"({"title":"Reef","class_id":null,"lessons":[]})").empty());
    CHECK(told(shape,
               R"({"class_id":0,"lessons":[{"title":"a","kind":"video"},{"kind":"film"}],"colour":"red"})") ==
          "title is required; class_id must be an integer from 1; lessons[1].title is required; "
          "lessons[1].kind must be one of video, app; colour is not known here");
    CHECK(told(open_object({{"a", integer(1, 2)}}), R"({"a":1,"b":2})").empty());
    CHECK(told(shape, "[]") == "must be an object");
}

TEST_CASE("a hostile list makes no endless report", "[http]") {
    Json many = Json::array();
    for (int i = 0; i < 10'000; ++i)
        many.push_back("x");
    CHECK(list(integer(1, 9), 100'000).faults(many).size() == 100);
}

TEST_CASE("shapes are JSON Schema", "[http]") {
    const auto seat = object({{"row", integer(1, 50)}, {"label?", nullable(text(0, 20))}}).named("Seat");
    const auto room =
        object({{"seats", list(seat, 100)}, {"first", nullable(seat)}}).described("A room").named("Room");
    CHECK(room.json_schema() == Json::parse(R"({"$ref":"#/components/schemas/Room"})"));
    Json schemas = Json::object();
    room.define(schemas);
    CHECK(schemas["Seat"] ==
          Json::parse(R"({"type":"object","additionalProperties":false,"required":["row"],"properties":{
        "row":{"type":"integer","format":"int64","minimum":1,"maximum":50},
        "label":{"type":["string","null"],"minLength":0,"maxLength":20}}})"));
    CHECK(schemas["Room"]["description"] == "A room");
    CHECK(schemas["Room"]["properties"]["seats"]["items"] ==
          Json::parse(R"({"$ref":"#/components/schemas/Seat"})"));
    CHECK(schemas["Room"]["properties"]["first"] ==
          Json::parse(R"({"anyOf":[{"$ref":"#/components/schemas/Seat"},{"type":"null"}]})"));
    CHECK(page_of(seat).json_schema()["required"] == Json::parse(R"(["items","next"])"));
}

TEST_CASE("a name that ends in /* stands for all that begin so", "[http]") {
    const auto shape = object({{"room?", text(1, 9)}, {"seat/*", integer(1, 9)}});
    CHECK(told(shape, R"({"room":"a","seat/1":1,"seat/31":2})").empty());
    CHECK(told(shape, "{}").empty());
    CHECK(told(shape, R"({"room":1,"seat/1":10,"seats":1})") ==
          "room must be a text; seat/1 must be an integer from 1 to 9; seats is not known here");
    CHECK(shape.json_schema()["patternProperties"] ==
          Json::parse(R"({"^seat/.+$":{"type":"integer","format":"int64","minimum":1,"maximum":9}})"));
}

TEST_CASE("the fields of a choice depend on its tag", "[http]") {
    const auto shape =
        choice("action", {object({{"action", one_of({"pause", "stop"})}}),
                          object({{"action", one_of({"seek"})}, {"position_ms", integer(0, 9)}}),
                          object({{"action", pattern("go/[0-9]", "go/7")}, {"far?", boolean()}})});
    CHECK(told(shape, R"({"action":"stop"})").empty());
    CHECK(told(shape, R"({"action":"seek","position_ms":9})").empty());
    CHECK(told(shape, R"({"action":"go/3","far":true})").empty());
    CHECK(told(shape, R"({"action":"pause","position_ms":9})") == "position_ms is not known here");
    CHECK(told(shape, R"({"action":"seek"})") == "position_ms is required");
    CHECK(told(shape, R"({"action":"dance"})") == "action must be one of pause, stop, seek, go/7");
    CHECK(told(shape, R"({"action":7})") == "action must be one of pause, stop, seek, go/7");
    CHECK(told(shape, "{}") == "action is required");
    CHECK(told(shape, "[]") == "must be an object");
    CHECK(shape.json_schema()["oneOf"].size() == 3);
    CHECK(nullable(shape).json_schema()["oneOf"][3] == Json::parse(R"({"type":"null"})"));
    CHECK(told(nullable(shape), "null").empty());
}

TEST_CASE("two shapes of one name are refused, a remark on one of its uses is not", "[http]") {
    Json schemas = Json::object();
    const auto seat = object({{"row", integer(1, 50)}}).named("Seat");
    seat.define(schemas);
    const auto remarked = seat.described("the one at the window");
    remarked.define(schemas);
    CHECK(remarked.json_schema()["description"] == "the one at the window");
    CHECK_FALSE(schemas["Seat"].contains("description"));
    CHECK_THROWS_AS(object({{"row", integer(1, 60)}}).named("Seat").define(schemas), platform::Error);
}

TEST_CASE("a query is taken apart", "[http]") {
    Values values;
    parse_query("a=1&b=two+words&c=%C3%A4%26&a=3&empty=&flag&=x&bad=%2", values);
    CHECK(values.value("a") == "1");
    CHECK(values.count("a") == 2);
    CHECK(values.value("b") == "two words");
    CHECK(values.value("c") == "ä&");
    CHECK(values.contains("empty"));
    CHECK(values.contains("flag"));
    CHECK_FALSE(values.contains("bad"));
    CHECK_FALSE(values.contains(""));
}
