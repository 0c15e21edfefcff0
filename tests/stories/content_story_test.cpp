// Files come up in pieces, are cut off and resumed, and go down in ranges; courses and timetables use them.
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "app/housekeeping.h"
#include "support/raw_client.h"
#include "support/test_appliance.h"

using namespace support;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

std::string png(std::size_t size) {
    std::string bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
    while (bytes.size() < size)
        bytes.push_back(static_cast<char>('a' + bytes.size() % 26));
    return bytes;
}

struct School {
    School() : head(box.set_up()) {
        box.add_person(head, "teacher", "rossi");
        teacher = box.log_in("rossi");
    }
    Headers with(const Credential& who, Headers more = {}) const {
        more.emplace_back("Authorization", "Bearer " + who.token);
        more.emplace_back("Tus-Resumable", "1.0.0");
        return more;
    }
    Reply begin(std::size_t length, const std::string& metadata = "filename cmVlZi5wbmc=") {
        return box.call_raw(
            "POST", "/v1/uploads", "",
            with(teacher, {{"Upload-Length", std::to_string(length)}, {"Upload-Metadata", metadata}}));
    }
    Reply send(const std::string& upload, std::size_t offset, const std::string& bytes) {
        return box.call_raw("PATCH", upload, bytes,
                            with(teacher, {{"Upload-Offset", std::to_string(offset)},
                                           {"Content-Type", "application/offset+octet-stream"}}));
    }
    Reply file(const std::string& address, Headers more = {}) {
        return box.call_raw("GET", address, "", with(teacher, more));
    }
    // The address of new content.
    std::string upload(const std::string& bytes) {
        const std::string address = begin(bytes.size()).header("location");
        return send(address, 0, bytes).header("content-location");
    }

    TestAppliance box;
    Credential head, teacher;
};

// A connection that ends in the middle of its body.
void send_half(School& school, const std::string& upload, const std::string& bytes) {
    RawClient client(school.box.port());
    client.send(
        "PATCH " + upload + " HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer " + school.teacher.token +
        "\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n"
        "Content-Length: " +
        std::to_string(bytes.size()) + "\r\n\r\n" + bytes.substr(0, bytes.size() / 2));
}

} // namespace

TEST_CASE("an upload that is cut off resumes where it was, and its file can be read whole or in ranges",
          "[stories]") {
    School school;
    const std::string bytes = png(3'000'000);
    const Reply begun = school.begin(bytes.size());
    REQUIRE(begun.status == 201);
    CHECK(begun.header("tus-resumable") == "1.0.0");
    const std::string upload = begun.header("location");
    send_half(school, upload, bytes);
    std::size_t offset = 0;
    CHECK(TestAppliance::wait_for([&] {
        const Reply head = school.box.call_raw("HEAD", upload, "", school.with(school.teacher));
        CHECK(head.header("upload-length") == "3000000");
        offset = std::stoul(head.header("upload-offset"));
        return offset == bytes.size() / 2;
    }));
    CHECK(school.send(upload, 5, "x").status == 409); // not where the upload stands
    const Reply last = school.send(upload, offset, bytes.substr(offset));
    CHECK(last.status == 204);
    CHECK(last.header("upload-offset") == "3000000");
    const std::string content = last.header("content-location");
    const Json shown = school.box.expect(200, "GET", content, nullptr, school.teacher);
    CHECK(shown["title"] == "reef.png");
    CHECK(shown["kind"] == "image");
    CHECK(shown["media_type"] == "image/png");
    CHECK(shown["size"] == bytes.size());
    CHECK(shown["sha256"] == platform::sha256_hex(bytes));
    CHECK(shown["created_by"]["nickname"] == "rossi");
    CHECK(shown["preview"] == shown["file"]);
    const Reply whole = school.file(shown["file"]);
    CHECK(whole.status == 200);
    CHECK((whole.body == bytes));
    const Reply part = school.file(shown["file"], {{"Range", "bytes=1000000-1000009"}});
    CHECK(part.status == 206);
    CHECK(part.body == bytes.substr(1'000'000, 10));
    CHECK(part.header("content-range") == "bytes 1000000-1000009/3000000");
    CHECK(school.file(shown["file"], {{"If-None-Match", whole.header("etag")}}).status == 304);
    const Reply beyond = school.file(shown["file"], {{"Range", "bytes=3000000-"}});
    CHECK(beyond.status == 416);
    CHECK(beyond.header("content-range") == "bytes */3000000");
    CHECK(beyond.header("cache-control") == "no-store"); // not the file's own, a year
    CHECK(beyond.json().at("status") == 416);
    const auto status_with = [&](const char* name, const std::string& tag) {
        return school.file(shown["file"], {{"Range", "bytes=0-1"}, {name, tag}}).status;
    };
    CHECK(status_with("If-Range", whole.header("etag")) == 206);
    CHECK(status_with("If-Range", "\"other\"") == 200);
    CHECK(status_with("If-Range", "Sun, 29 Nov 2026 08:00:00 GMT") == 200);
    CHECK(status_with("If-Match", "\"other\", " + whole.header("etag")) == 206);
    CHECK(status_with("If-Match", "*") == 206);
    CHECK(status_with("If-Match", "\"other\"") == 412);
    // A client that lost the answer asks for it again.
    CHECK(school.send(upload, bytes.size(), "").header("content-location") == content);
}

TEST_CASE("an upload goes on after a restart of the server", "[stories]") {
    School school;
    const std::string bytes = png(400'000);
    const std::string upload = school.begin(bytes.size()).header("location");
    CHECK(school.send(upload, 0, bytes.substr(0, 150'000)).status == 204);
    school.box.restart();
    CHECK(school.box.expect(200, "GET", upload, nullptr, school.teacher)["offset"] == 150'000);
    const Reply last = school.send(upload, 150'000, bytes.substr(150'000));
    CHECK(school.box.expect(200, "GET", last.header("content-location"), nullptr, school.teacher)["sha256"] ==
          platform::sha256_hex(bytes));
}

TEST_CASE("a file that is no app, video or image, or not what was announced, is refused", "[stories]") {
    School school;
    const std::string page = "<html><script>alert(1)</script></html>";
    std::string upload = school.begin(page.size()).header("location");
    CHECK(school.send(upload, 0, page).status == 422);
    std::string zip = "PK\x03\x04" + std::string(60, 'x'); // an archive, but no app
    upload = school.begin(zip.size()).header("location");
    CHECK(school.send(upload, 0, zip).status == 422);
    CHECK(school.box.call_raw("HEAD", upload, "", school.with(school.teacher)).status ==
          404); // it was abandoned
    const std::string bytes = png(1000);
    upload = school
                 .begin(bytes.size(),
                        "filename cmVlZi5wbmc=,sha256 " + std::string("ZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVl"
                                                                      "ZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVl"
                                                                      "ZWVlZWVlZWVlZQ=="))
                 .header("location");
    CHECK(school.send(upload, 0, bytes).status == 422);
    upload = school.begin(bytes.size()).header("location");
    CHECK(school.send(upload, 0, bytes + "more").status == 413);
    CHECK(school.box.call_raw("PATCH", upload, bytes, school.with(school.teacher, {{"Upload-Offset", "0"}}))
              .status == 415);
    CHECK(school.begin(0).status == 422);
    CHECK(school.begin(10, "filename").status == 422);
    CHECK(school.begin(10'000'000'000'000).status == 422);
}

TEST_CASE("a quota and the free disk space limit uploads", "[stories]") {
    School school;
    const std::string bytes = png(1000);
    school.upload(bytes);
    Json space = school.box.expect(200, "GET", "/v1/content-space", nullptr, school.teacher);
    CHECK(space["used_bytes"] == 1000);
    CHECK(space["quota_bytes"].is_null());
    school.box.expect(403, "PUT", "/v1/content-space", {{"quota_bytes", 1500}}, school.teacher);
    school.box.expect(200, "PUT", "/v1/content-space", {{"quota_bytes", 1500}}, school.head);
    CHECK(school.begin(600).status == 413);
    CHECK(school.begin(500).status == 201);
    CHECK(school.begin(1).status == 413); // unfinished uploads count
    school.box.expect(200, "PUT", "/v1/content-space", {{"quota_bytes", nullptr}}, school.head);
    if (space["free_bytes"].get<std::int64_t>() < (14LL << 30))
        CHECK(school.begin(std::size_t{15} << 30).status == 507);
}

TEST_CASE("content that a lesson uses cannot be removed; files that nothing uses go at night", "[stories]") {
    School school;
    auto& box = school.box;
    const std::string content = school.upload(png(2000));
    const Json id = box.expect(200, "GET", content, nullptr, school.teacher)["id"];
    const Json lesson =
        box.expect(201, "POST", "/v1/lessons", {{"title", "Reef"}, {"kind", "video"}, {"content_id", id}},
                   school.teacher);
    CHECK(lesson["content"] == content + "/file");
    CHECK(lesson["content_id"] == id);
    box.expect(422, "POST", "/v1/lessons", {{"title", "Reef"}, {"kind", "video"}, {"content_id", 4711}},
               school.teacher);
    CHECK(box.expect(200, "GET", content, nullptr, school.teacher)["lessons"][0]["title"] == "Reef");
    const Json refusal = box.expect(409, "DELETE", content, nullptr, school.teacher);
    CHECK(refusal["detail"].get<std::string>().find("\"Reef\"") != std::string::npos);
    const std::string address = "/v1/lessons/" + lesson["id"].dump();
    // What the headset plays follows the file, unless the lesson says otherwise.
    const auto changed = box.expect(200, "PATCH", address, {{"content_id", nullptr}}, school.teacher);
    CHECK(changed["content"].get<std::string>().empty());
    box.expect(204, "DELETE", content, nullptr, school.teacher);
    CHECK(box.expect(200, "GET", "/v1/content", nullptr, school.teacher)["items"].empty());
    CHECK(box.expect(200, "GET", "/v1/content?archived=true", nullptr, school.teacher)["items"].size() == 1);
    box.expect(200, "POST", content + "/restore", nullptr, school.teacher);
    box.expect(204, "DELETE", content, nullptr, school.teacher);
    const std::string abandoned = school.begin(500).header("location");
    school.send(abandoned, 0, png(100));
    std::ofstream(box.folder() / "content" / "left-behind") << "by a crash";
    const auto files = [&] {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& entry :
             std::filesystem::directory_iterator(box.folder() / "content"))
            ++count;
        return count;
    };
    CHECK(files() == 3);
    app::Housekeeping housekeeping(box.services(), std::chrono::hours(1));
    housekeeping.run();
    CHECK(files() == 2);
    box.clock.advance(std::chrono::hours(25));
    housekeeping.run();
    CHECK(files() == 1);
    box.clock.advance(std::chrono::hours(24 * 7));
    housekeeping.run();
    CHECK(files() == 0);
}

TEST_CASE("a course has its modules and lessons in order; it is copied, archived and brought back",
          "[stories]") {
    School school;
    auto& box = school.box;
    const auto lesson = [&](const char* title) {
        return box.expect(201, "POST", "/v1/lessons", {{"title", title}, {"kind", "web"}, {"content", "x"}},
                          school.teacher)["id"];
    };
    const Json one = lesson("One"), two = lesson("Two"), three = lesson("Three");
    const Json course = box.expect(201, "POST", "/v1/courses",
                                   {{"title", "The sea"}, {"description", "All of it"}}, school.teacher);
    const std::string address = "/v1/courses/" + course["id"].dump();
    Json saved = box.expect(
        200, "PUT", address + "/outline",
        {{"modules",
          {{{"title", "A"}, {"lesson_ids", {one, two}}}, {{"title", "B"}, {"lesson_ids", {three}}}}}},
        school.teacher);
    CHECK(saved["lesson_count"] == 3);
    const Json a = saved["modules"][0]["id"], b = saved["modules"][1]["id"];
    // B first, its lesson after the others of A.
    saved = box.expect(200, "PUT", address + "/outline",
                       {{"modules",
                         {{{"id", b}, {"title", "B"}, {"lesson_ids", Json::array()}},
                          {{"id", a}, {"title", "A2"}, {"lesson_ids", {two, one, three}}}}}},
                       school.teacher);
    CHECK(saved["modules"][0]["id"] == b);
    CHECK(saved["modules"][1]["title"] == "A2");
    CHECK(saved["modules"][1]["lessons"][0]["title"] == "Two");
    const Json problem = box.expect(
        422, "PUT", address + "/outline",
        {{"modules", {{{"id", 4711}, {"title", " "}, {"lesson_ids", {one, one, 4711}}}}}}, school.teacher);
    CHECK(problem["errors"].size() == 4);
    const Json copy =
        box.expect(201, "POST", address + "/copy", {{"title", "The sea, again"}}, school.teacher);
    CHECK(copy["modules"][1]["lessons"].size() == 3);
    CHECK(copy["modules"][1]["id"] != a);
    box.expect(204, "DELETE", address, nullptr, school.teacher);
    CHECK(box.expect(200, "GET", "/v1/courses", nullptr, school.teacher)["items"].size() == 1);
    CHECK(box.expect(200, "GET", "/v1/courses?archived=true", nullptr, school.teacher)["items"][0]["title"] ==
          "The sea");
    box.expect(200, "POST", address + "/restore", nullptr, school.teacher);
    CHECK(box.expect(200, "GET", "/v1/courses", nullptr, school.teacher)["items"].size() == 2);
    const std::string lesson_address = "/v1/lessons/" + one.dump();
    box.expect(204, "DELETE", lesson_address, nullptr, school.teacher);
    CHECK(box.expect(200, "GET", "/v1/lessons?archived=true", nullptr, school.teacher)["items"].size() == 1);
    CHECK(box.expect(200, "POST", lesson_address + "/restore", nullptr, school.teacher)["archived"] == false);
    CHECK(box.expect(201, "POST", lesson_address + "/copy", nullptr, school.teacher)["title"] == "One");
}

TEST_CASE("a class's timetable says what is on and what comes next", "[stories]") {
    School school;
    auto& box = school.box; // 2026-09-01 is a Tuesday; the clock says 08:00 UTC
    const Json teacher = box.expect(200, "GET", "/v1/people?q=rossi", nullptr, school.head)["items"][0]["id"];
    const Json class_id =
        box.expect(201, "POST", "/v1/classes", {{"name", "6B"}, {"teacher_id", teacher}}, school.head)["id"];
    const std::string address = "/v1/classes/" + class_id.dump() + "/timetable";
    const Json weekly = box.expect(
        201, "POST", address, {{"title", "Biology"}, {"weekday", 2}, {"starts", "09:30"}, {"ends", "10:15"}},
        school.teacher);
    CHECK(weekly["starts"] == "09:30");
    box.expect(409, "POST", address, {{"weekday", 2}, {"starts", "10:00"}, {"ends", "11:00"}},
               school.teacher);
    box.expect(422, "POST", address, {{"weekday", 2}, {"starts", "10:30"}, {"ends", "10:00"}},
               school.teacher);
    box.expect(422, "POST", address, {{"title", "When?"}}, school.teacher);
    box.expect(422, "POST", address,
               {{"weekday", 3}, {"starts", "10:00"}, {"ends", "11:00"}, {"room_id", 4711}}, school.teacher);
    const Json dated = box.expect(
        201, "POST", address,
        {{"title", "Visit"}, {"starts_at", "2026-09-01T10:00:00Z"}, {"ends_at", "2026-09-01T11:00:00Z"}},
        school.teacher);
    // Two hours ahead of UTC the lesson is at 07:30 UTC: now.
    Json next = box.expect(200, "GET", "/v1/timetable/next?utc_offset_minutes=120", nullptr, school.teacher);
    CHECK(next["current"]["title"] == "Biology");
    CHECK(next["current"]["starts_at"] == "2026-09-01T07:30:00.000Z");
    CHECK(next["next"]["title"] == "Visit");
    next = box.expect(200, "GET", "/v1/timetable/next?until=2026-09-01T23:00:00Z", nullptr, school.teacher);
    CHECK(next["current"].is_null());
    CHECK(next["next"]["starts_at"] == "2026-09-01T09:30:00.000Z");
    const Json weeks =
        box.expect(200, "GET",
                   "/v1/timetable?from=2026-09-01T00:00:00Z&to=2026-09-16T00:00:00Z&class=" + class_id.dump(),
                   nullptr, school.teacher);
    CHECK(weeks["items"].size() == 4);
    CHECK(weeks["items"][3]["starts_at"] == "2026-09-15T09:30:00.000Z");
    const std::string entry = "/v1/timetable/" + weekly["id"].dump();
    CHECK(box.expect(200, "PATCH", entry, {{"ends", "10:45"}, {"last_day", "2026-09-08"}},
                     school.teacher)["ends"] == "10:45");
    CHECK(box.expect(200, "GET", "/v1/timetable?from=2026-09-01T00:00:00Z&to=2026-09-16T00:00:00Z", nullptr,
                     school.teacher)["items"]
              .size() == 3);
    box.expect(204, "DELETE", "/v1/timetable/" + dated["id"].dump(), nullptr, school.teacher);
    CHECK(box.expect(200, "GET", address, nullptr, school.teacher)["items"].size() == 1);
}

TEST_CASE("a tus client that can't send PATCH says so in a header, and another version is refused",
          "[stories]") {
    School school;
    const std::string upload = school.begin(10).header("location");
    const auto post = [&](const std::string& address, const std::string& body, Headers headers) {
        headers.emplace_back("Authorization", "Bearer " + school.teacher.token);
        return school.box.call_raw("POST", address, body, headers);
    };
    const Headers part{{"X-HTTP-Method-Override", "PATCH"},
                       {"Tus-Resumable", "1.0.0"},
                       {"Content-Type", "application/offset+octet-stream"},
                       {"Upload-Offset", "0"}};
    const Reply sent = post(upload, "xxxxx", part);
    CHECK(sent.status == 204);
    CHECK(sent.header("upload-offset") == "5");
    CHECK(post(upload, "", {{"X-HTTP-Method-Override", "TRACE"}}).status == 405);
    CHECK(post(upload, "", {{"X-HTTP-Method-Override", "DELETE"}}).status == 204);
    const Reply other = post(
        "/v1/uploads", "",
        {{"Tus-Resumable", "0.2.2"}, {"Upload-Length", "100"}, {"Upload-Metadata", "filename YS5tcDQ="}});
    CHECK(other.status == 412);
    CHECK(other.header("tus-version") == "1.0.0");
    CHECK(other.json().at("status") == 412);
    const std::string second = school.begin(10).header("location");
    const Reply typed =
        post(second, "xxxxx", {{"X-HTTP-Method-Override", "PATCH"}, {"Content-Type", "text/plain"}});
    CHECK(typed.status == 415);
    CHECK(typed.json().at("status") == 415);
}
