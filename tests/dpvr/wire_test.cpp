// RDC's frames, messages and the rules of its connections, as docs/dpvr.md has them. No headset was there to
// ask: these are the vendor's documents, not recordings.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <string>
#include <string_view>

#include "dialects/dpvr/links.h"
#include "dialects/dpvr/wire.h"
#include "platform/error.h"

using namespace std::string_literals;
using namespace dialects::dpvr;

// libFuzzer's entry: any bytes, in any pieces, are read within bounds.
// NOLINTBEGIN(readability-identifier-naming): libFuzzer gives it this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(data, data + size);
    const std::size_t step = bytes.empty() ? 1 : 1 + static_cast<unsigned char>(bytes[0]) % 64;
    FrameReader whole, pieces;
    const std::vector<Frame> at_once = whole.take(bytes);
    std::vector<Frame> bit_by_bit;
    for (std::size_t i = 0; i < bytes.size(); i += step)
        for (Frame& frame : pieces.take(std::string_view(bytes).substr(i, step)))
            bit_by_bit.push_back(std::move(frame));
    bool sound = at_once.size() == bit_by_bit.size() && whole.is_broken() == pieces.is_broken() &&
                 whole.waiting_bytes() < 65'536;
    for (const Frame& frame : at_once)
        if (const auto body = object_of(frame.body)) {
            const auto heartbeat = heartbeat_of(*body, "192.0.2.7");
            sound = sound && (!heartbeat || (!heartbeat->serial.empty() && heartbeat->serial.size() <= 64));
            sound = sound && downloads_of(*body).size() <= 400;
        }
    return sound ? 0 : -1;
}
// NOLINTEND(readability-identifier-naming)

namespace {

std::string body_of(const std::string& bytes) {
    return bytes.substr(head_bytes);
}

std::string raw(unsigned length, unsigned type, const std::string& body, unsigned reserved = 1) {
    std::string bytes;
    for (const unsigned number : {length, type, reserved})
        bytes += {static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
    return bytes + body;
}

std::string framed(unsigned type, const std::string& body) {
    return raw(static_cast<unsigned>(body.size() + head_bytes), type, body);
}

Heartbeat named(const std::string& serial) {
    return heartbeat_of({{"hardware", serial}}, "").value();
}

Heartbeat playing(double position_s) {
    return heartbeat_of({{"hardware", "PA1"},
                         {"top_apk", "com.dpvr.videoplayer/.Main"},
                         {"player_info", {{"time", position_s}, {"state", "PLAYING"}}}},
                        "")
        .value();
}

} // namespace

TEST_CASE("dpvr: a frame is six bytes of head, big-endian, and a body in ASCII", "[dialects][dpvr]") {
    CHECK(plain_order(MessageType::pause) == "\x00\x0A\x03\xEB\x00\x01null"s);
    CHECK(plain_order(MessageType::start_cast) == "\x00\x08\x03\xF4\x00\x01{}"s);
    CHECK(start_app_order("org.example", "\xE8\x88\xB9\xF0\x9F\x90\xA0") ==
          framed(2001, R"({"classname":"\u8239\ud83d\udc20","packagename":"org.example"})"));
}

TEST_CASE("dpvr: no body over 32,760 bytes is sent", "[dialects][dpvr]") {
    const std::size_t around = 2; // the quotes
    CHECK(frame_bytes(1, std::string(longest_sent_body - around, 'x')).size() == 32'766);
    CHECK_THROWS_AS(frame_bytes(1, std::string(longest_sent_body - around + 1, 'x')), platform::Error);
    CHECK_THROWS_AS(frame_bytes(1, "\xE8\x88\xB9"s + std::string(longest_sent_body - around - 5, 'x')),
                    platform::Error);
}

TEST_CASE("dpvr: frames are found however TCP cuts them", "[dialects][dpvr]") {
    const std::string bytes = framed(1001, "{}") + framed(4002, "") + framed(9, std::string(65'529, 'z'));
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, bytes.size()}) {
        FrameReader reader;
        std::vector<Frame> frames;
        for (std::size_t i = 0; i < bytes.size(); i += step)
            for (Frame& frame : reader.take(std::string_view(bytes).substr(i, step)))
                frames.push_back(std::move(frame));
        REQUIRE(frames.size() == 3);
        CHECK(frames[0].body == "{}");
        CHECK(frames[1].type == 4002);
        CHECK(frames[1].body.empty());
        CHECK(frames[2].body.size() == 65'529); // the length is unsigned
        CHECK(reader.waiting_bytes() == 0);
    }
}

TEST_CASE("dpvr: a length under six breaks the connection, a reserved field other than 1 does not",
          "[dialects][dpvr]") {
    for (unsigned length = 0; length < head_bytes; ++length) {
        FrameReader reader;
        CHECK(reader.take(framed(1001, "{}") + raw(length, 1001, "{}")).size() == 1);
        CHECK(reader.is_broken());
        CHECK(reader.take(framed(1001, "{}")).empty());
    }
    FrameReader reader;
    CHECK(reader.take(raw(8, 1001, "{}", 0)).size() == 1);
}

TEST_CASE("dpvr: every form of an empty body is an empty object, and what is no object is nothing",
          "[dialects][dpvr]") {
    for (const char* body : {"", "null", "{}", " null\n", " { } "})
        CHECK(object_of(body) == Json::object());
    for (const char* body : {"[]", "0", "\"\"", "{", "nul", "{\"a\":1e999}", "{\"a\":\"\xFF\"}", "{}{}"})
        CHECK(!object_of(body));
    CHECK(!object_of(std::string(60'000, '[')));
}

TEST_CASE("dpvr: a heartbeat says what the headset is, has and does", "[dialects][dpvr]") {
    const auto body = object_of(R"({"hardware":"PA7650E1","battery_level":83,
        "top_apk":"com.dpvr.videoplayer","cast_rtsp_url":"rtsp://192.0.2.7:8554/stream1",
        "player_info":{"time":12.5,"duration":300,"state":"PAUSE","name":"Reef","path":"/sdcard/reef.mp4"},
        "a_field_of_a_later_version":[1]})");
    const auto heartbeat = heartbeat_of(body.value(), "192.0.2.7").value();
    CHECK(heartbeat.serial == "PA7650E1");
    CHECK(heartbeat.battery_percent == 83);
    CHECK(heartbeat.cast_url == "rtsp://192.0.2.7:8554/stream1");
    REQUIRE(heartbeat.player);
    CHECK(*heartbeat.player == Player{12.5, 300, "PAUSE", "Reef", "/sdcard/reef.mp4"});

    // What the player said last outlives it.
    Json elsewhere = *body;
    elsewhere["top_apk"] = "com.deepoon.dpnlauncher";
    CHECK(!heartbeat_of(elsewhere, "192.0.2.7")->player);
    // An old headset sends only these.
    CHECK(!heartbeat_of({{"hardware", "A1"}, {"battery_level", 5}, {"top_apk", "x"}}, "")->player);
}

TEST_CASE("dpvr: what a hostile heartbeat says is refused or cleaned", "[dialects][dpvr]") {
    const Json serials = {"", " ",     "A B",         "A\nB", "\xE8\x88\xB9", std::string(65, 'A'),
                          7,  nullptr, Json::object()};
    for (const Json& serial : serials)
        CHECK(!heartbeat_of({{"hardware", serial}}, "192.0.2.7"));
    CHECK(!heartbeat_of(Json::object(), "192.0.2.7"));

    for (const Json& battery : {Json(-1), Json(101), Json(1e300), Json("50"), Json(nullptr)})
        CHECK(!heartbeat_of({{"hardware", "A1"}, {"battery_level", battery}}, "")->battery_percent);

    for (const char* url :
         {"rtsp://192.0.2.8:8554/stream1", "rtsp://192.0.2.77/stream1", "rtsp://192.0.2.7",
          "http://192.0.2.7/", "rtsp://192.0.2.7@example.org/", "rtsp://192.0.2.7:1/\"><b>",
          "rtsp://192.0.2.7:1@example.org/", "rtsp://192.0.2.7/a b", "javascript:alert(1)"}) {
        CAPTURE(url);
        CHECK(heartbeat_of({{"hardware", "A1"}, {"cast_rtsp_url", url}}, "192.0.2.7")->cast_url.empty());
    }

    const auto long_name =
        heartbeat_of({{"hardware", "A1"}, {"top_apk", "a\tb\x7F" + std::string(500, 'c')}}, "");
    CHECK(long_name->running_app == "ab" + std::string(198, 'c'));
    // A line turned around, and what clears a terminal.
    const auto turned = heartbeat_of({{"hardware", "A1"}, {"top_apk", "\u202Ea\u009B2Jb\u8239\u2069"}}, "");
    CHECK(turned->running_app == "a2Jb\u8239");
}

TEST_CASE("dpvr: a list of downloads replaces the last one, and the player's path comes from it",
          "[dialects][dpvr]") {
    const auto downloads = downloads_of(object_of(R"({"sn":"A1","contents":[
        {"content_id":"7","status":"finished","progress":100,"downloaded":0,
         "local_path":"file:///storage/emulated/0/Download/contents/reef.mp4","error":""},
        {"content_id":"8","status":"error","progress":-3,"error":"invalid_url"},
        {"status":"finished"}, "8", null]})")
                                            .value());
    REQUIRE(downloads.size() == 2);
    CHECK(downloads[0].path == "/storage/emulated/0/Download/contents/reef.mp4");
    CHECK(downloads[1].percent == 0);
    CHECK(downloads[1].error == "invalid_url");
    CHECK(downloads_of(Json::object()).empty());
    CHECK(downloads_of({{"contents", Json::array()}}).empty());
}

TEST_CASE("dpvr: an id that the headset has or loads is not sent again, which would delete its file",
          "[dialects][dpvr]") {
    std::vector<Item> items;
    std::vector<Download> known;
    const std::array statuses = {"pending", "downloading", "waiting", "finished", "idle", "error"};
    for (const char* status : statuses) {
        items.push_back({.content_id = status});
        known.push_back({.content_id = status, .status = status});
    }
    items.push_back({.content_id = "new"});
    items.push_back({.content_id = "new"});
    std::vector<std::string> sent;
    for (const Item& item : missing_items(items, known))
        sent.push_back(item.content_id);
    CHECK(sent == std::vector<std::string>{"idle", "error", "new"});
}

TEST_CASE("dpvr: a download list goes out in frames of at most a hundred, each within its bytes",
          "[dialects][dpvr]") {
    std::vector<Item> items(250,
                            {.content_id = "7", .file_name = "reef.mp4", .url = "http://box/f/x", .size = 5});
    CHECK(download_orders("A1", items).size() == 3);
    CHECK(download_orders("A1", {}).empty());
    for (Item& item : items)
        item.url = "http://box/" + std::string(900, 'x');
    std::size_t sent = 0;
    for (const std::string& bytes : download_orders("A1", items)) {
        CHECK(bytes.size() <= head_bytes + longest_sent_body);
        sent += object_of(body_of(bytes)).value()["contents"].size();
    }
    CHECK(sent == 250);
    for (const char* name : {"", ".", "..", "a/b", "a\\b", "a%b", "a?b", "a#b", "a..b", "a\nb", "\xFF"}) {
        CAPTURE(name);
        CHECK(!is_file_name(name));
        CHECK_THROWS_AS(download_orders("A1", {{.content_id = "7", .file_name = name}}), platform::Error);
    }
    CHECK(is_file_name("Das Schiff.mp4"));
}

TEST_CASE("dpvr: orders say what RDC's messages say", "[dialects][dpvr]") {
    const int types[3][3] = {{0, 1, 2}, {3, 4, 5}, {6, 7, 8}};
    for (int surface = 0; surface < 3; ++surface)
        for (int eyes = 0; eyes < 3; ++eyes)
            CHECK(video_type(static_cast<Surface>(surface), static_cast<Eyes>(eyes)) == types[surface][eyes]);
    CHECK(body_of(play_order("/sdcard/reef.mp4", Surface::full, Eyes::top_bottom, false)) ==
          R"({"StartOnPrepared":false,"StereoType":8,"VideoPath":"/sdcard/reef.mp4","VideoType":"*"})");
    // In a zone two hours ahead.
    CHECK(body_of(resume_order(1'796'003'998'001, 120)) == R"({"PlayTime":"2026-11-30-03-59-59"})");
    CHECK(body_of(resume_order(0, 0)) == R"({"PlayTime":"1970-01-01-00-00-00"})");
    CHECK(body_of(resume_order(1, 0)) == R"({"PlayTime":"1970-01-01-00-00-01"})");
    CHECK(body_of(resume_order(59'000, -60)) == R"({"PlayTime":"1969-12-31-23-00-59"})");
    CHECK(body_of(resume_order(951'782'399'500, 90)) == R"({"PlayTime":"2000-02-29-01-30-00"})");
    CHECK(body_of(seek_order(12'499)) == R"({"time":12})");
    CHECK(body_of(seek_order(-5)) == R"({"time":0})");
    const int volumes[][2] = {{-1, 0}, {0, 0}, {1, 1}, {50, 8}, {100, 15}, {900, 15}};
    for (const auto& [percent, steps] : volumes)
        CHECK(body_of(volume_order(percent)) == R"({"volume_value":)" + std::to_string(steps) + "}");
    CHECK(object_of(body_of(keys_order(true)))->size() == 5);
    CHECK(body_of(stop_app_order("org.example")) == R"({"packagename":"org.example"})");
}

TEST_CASE("dpvr: a connection that doesn't say who it is goes after 5 s, a silent one is offline, then goes",
          "[dialects][dpvr]") {
    Links links;
    const auto anonymous = links.add("192.0.2.7", 0).value();
    const auto headset = links.add("192.0.2.8", 0).value();
    CHECK(!links.heard(headset, named("PA1"), 2'000));
    CHECK(links.due(4'999).empty());
    CHECK(links.due(5'000) == std::vector{anonymous});
    CHECK(links.due(5'001).empty()); // named once
    links.remove(anonymous);
    CHECK(links.is_online(headset, 11'999));
    CHECK(!links.is_online(headset, 12'000));
    CHECK(links.due(16'999).empty());
    CHECK(links.due(17'000) == std::vector{headset});
    links.remove(headset);
    CHECK(links.size() == 0);
    CHECK(!links.of_serial("PA1"));
}

TEST_CASE("dpvr: the newer socket of a serial replaces the older, and a socket has one serial",
          "[dialects][dpvr]") {
    Links links;
    const auto older = links.add("192.0.2.7", 0).value();
    links.heard(older, named("PA1"), 0);
    const auto newer = links.add("192.0.2.9", 1'000).value(); // its address changed
    CHECK(links.heard(newer, named("PA1"), 1'000) == older);
    CHECK(!links.is_online(older, 1'000));
    CHECK(!links.heard(older, named("PA1"), 1'500)); // it can't take the serial back
    links.remove(older);
    CHECK(links.of_serial("PA1") == newer);

    CHECK(links.heard(newer, named("PA2"), 2'000) == newer);
    CHECK(!links.of_serial("PA1"));
    CHECK(!links.of_serial("PA2"));
}

TEST_CASE("dpvr: connections are bounded per address and over all", "[dialects][dpvr]") {
    Links links({.links = 5, .links_per_address = 2});
    const auto first = links.add("a", 0).value();
    CHECK(links.add("a", 0));
    CHECK(!links.add("a", 0));
    CHECK(links.add("b", 0));
    CHECK(links.add("c", 0));
    CHECK(links.add("d", 0));
    CHECK(!links.add("e", 0));
    links.remove(first);
    CHECK(links.add("a", 0));
}

TEST_CASE("dpvr: a player that plays and doesn't move repeats itself", "[dialects][dpvr]") {
    Links links;
    const auto headset = links.add("a", 0).value();
    links.heard(headset, playing(10), 0);
    for (const std::int64_t now_ms : {2'000, 4'000, 6'000})
        links.heard(headset, playing(12), now_ms);
    CHECK(!links.is_player_stale(headset, 7'999));
    CHECK(links.is_player_stale(headset, 8'000));
    links.heard(headset, playing(14), 8'000);
    CHECK(!links.is_player_stale(headset, 8'000));
}

TEST_CASE("dpvr: the fuzzer's corpus is read within bounds", "[dialects][dpvr]") {
    const std::string corpus[] = {
        "",
        "\x00"s,
        "\x00\x05\x03\xE9\x00\x01"s,
        "\xFF\xFF\x03\xE9\x00\x01{"s,
        framed(1001, R"({"hardware":"A1"})") + "\x00\x00"s,
        framed(1001, R"({"hardware":"A1","hardware":{"hardware":1}})"),
        framed(1001, R"({"hardware":"\ud800","battery_level":-1e308})"),
        framed(1001, std::string(60'000, '[')),
        framed(1001, std::string(20'000, '{')),
        framed(4002, R"({"contents":[[],{},{"content_id":""},{"content_id":"\u0000","progress":1e30}]})"),
        std::string(70'000, '\x00'),
        std::string(70'000, '\xFF'),
    };
    for (const std::string& bytes : corpus)
        CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) == 0);
}
