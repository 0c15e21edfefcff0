#include "http/serving/shape.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "http/serving/body.h"

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
