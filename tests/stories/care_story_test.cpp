// Looking after the box: its audit log, its figures and clock, backups, headsets that break.
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "admin/archive.h"
#include "admin/restore.h"
#include "app/checkup/data.h"
#include "app/housekeeping.h"
#include "store/migrate.h"
#include "support/socket_client.h"
#include "support/test_appliance.h"

using namespace support;

namespace {

std::vector<std::string> actions(const Json& page) {
    std::vector<std::string> found;
    for (const Json& row : page.at("items"))
        found.push_back(row.at("action"));
    return found;
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::ranges::find(list, text) != list.end();
}

Reply with_token(TestAppliance& box, const std::string& path, const Credential& who) {
    return box.call_raw("GET", path, "", {{"Authorization", "Bearer " + who.token}});
}

std::string read_whole(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_CASE("the audit log is filtered, searched and exported; another school's rows are not in it",
          "[stories]") {
    TestAppliance box;
    const Credential head = box.set_up();
    box.add_person(head, "teacher", "rossi");
    const Credential teacher = box.log_in("rossi");
    const Json student = box.add_person(teacher, "student", "ada")["id"];
    box.make_room(teacher, "Room 2", 1, 1);
    box.call("POST", "/v1/rooms", {{"name", "Room 2"}, {"rows", 1}, {"places", 1}}, teacher); // taken
    box.call("GET", "/v1/people/" + student.dump(), nullptr, teacher);
    const Credential other = box.set_up_other();
    const auto look = [&](const std::string& query) {
        return box.expect(200, "GET", "/v1/audit?limit=200&" + query, nullptr, head);
    };
    CHECK(TestAppliance::wait_for(
        [&] { return contains(actions(look("")), "GET /v1/people/:id"); })); // reading is logged too
    const Json failed = look("success=false&action=POST%20/v1/rooms");
    REQUIRE(failed["items"].size() == 1);
    CHECK(failed["items"][0]["status"] == 409);
    CHECK(failed["items"][0]["person"]["nickname"] == "rossi");
    CHECK(failed["items"][0]["error"].get<std::string>().find("Room 2") == std::string::npos); // no names
    const std::string rossi = "person=" + failed["items"][0]["person"]["id"].dump();
    const Json by_person = look(rossi);
    for (const Json& row : by_person["items"])
        CHECK(row["person"]["nickname"] == "rossi");
    CHECK(contains(actions(look("q=people/" + student.dump())), "GET /v1/people/:id"));
    CHECK(look("from=2026-09-02T00:00:00Z")["items"].empty());
    // Of Rossi's rows alone: each look is a row of the head's, a little later.
    CHECK(look("to=2026-09-02T00:00:00Z&" + rossi)["items"].size() == by_person["items"].size());
    CHECK(look("q=100%25_")["items"].empty());
    const Json first = box.expect(200, "GET", "/v1/audit?limit=2", nullptr, head);
    const Json second =
        box.expect(200, "GET", "/v1/audit?limit=2&cursor=" + first["next"].get<std::string>(), nullptr, head);
    CHECK(second["items"][0]["id"] < first["items"][1]["id"]);
    const Reply csv = with_token(box, "/v1/audit.csv?success=false", head);
    CHECK(csv.status == 200);
    CHECK(csv.header("content-type").starts_with("text/csv"));
    box.call("GET", "/v1/rooms/1;=cmd", nullptr, head); // a spreadsheet may part cells at semicolons
    CHECK(TestAppliance::wait_for([&] {
        return with_token(box, "/v1/audit.csv?q=cmd", head).body.find(",\"/v1/rooms/1;=cmd\",") !=
               std::string::npos;
    }));
    CHECK(csv.body.starts_with(
        "\xEF\xBB\xBFid,at,person,device,site_key,action,path,target,status,success,error,times\r\n"));
    CHECK(csv.body.find(",rossi,,,POST /v1/rooms,/v1/rooms,") != std::string::npos);
    CHECK(box.expect(200, "GET", "/v1/audit?q=rooms", nullptr, other)["items"].empty());
    box.expect(403, "GET", "/v1/audit", nullptr, teacher);
}

TEST_CASE("old audit rows go at night, and the doctor sees that nobody else took any", "[stories]") {
    TestAppliance box;
    const Credential head = box.set_up();
    box.expect(403, "GET", "/v1/system/settings", nullptr, box.set_up_other());
    CHECK(box.expect(200, "GET", "/v1/system/settings", nullptr, head)["audit_days"] == 730);
    box.expect(422, "PUT", "/v1/system/settings", {{"audit_days", 1}}, head);
    box.expect(200, "PUT", "/v1/system/settings", {{"audit_days", 30}}, head);
    // Calls that change nothing are logged a little later; they must not look as recent as the month that
    // follows.
    const auto changes = [&] {
        return box.services().store.read([](store::Read& read) {
            return read.integer("SELECT count(*) FROM audit_log WHERE action = 'PUT /v1/system/settings'");
        });
    };
    CHECK(TestAppliance::wait_for([&] { return changes() == 2; }));
    box.clock.advance(std::chrono::hours(24 * 31));
    app::Housekeeping(box.services(), std::chrono::hours(1)).run();
    CHECK(changes() == 0);
    const auto chain = [&] {
        const audit::Evidence evidence = box.services().audit.evidence();
        const app::Findings found = box.services().store.read(
            [&](store::Read& read) { return app::examine_data(read, box.folder(), evidence, true); });
        bool whole = false;
        for (const app::Finding& finding : found) {
            INFO(finding.check << ": " << finding.says);
            if (finding.check == "audit log")
                whole = finding.health == app::Health::good;
            else
                CHECK(finding.health == app::Health::good);
        }
        return whole;
    };
    box.make_room({box.call("POST", "/v1/logins", {{"username", "head"}, {"password", "correct horse"}})
                       .json()["token"],
                   ""},
                  "Room", 1, 1);
    CHECK(chain());
    box.services().store.write("tamper", [](store::Tx& tx) {
        tx.run("UPDATE audit_log SET status = 200 WHERE id = (SELECT max(id) FROM audit_log)");
    });
    CHECK_FALSE(chain());
}

TEST_CASE("the box reports about itself, compares clocks, and lets its clock be set", "[stories]") {
    TestAppliance box;
    const Credential head = box.set_up(), other = box.set_up_other();
    const Json system = box.expect(
        200, "GET", "/v1/system?client_ms=" + std::to_string(box.clock.now_ms() - 5000), nullptr, head);
    CHECK(system["clock"]["difference_ms"] == 5000);
    CHECK(system["disk"]["free_bytes"] > 0);
    CHECK(system["disk"]["database_bytes"] > 0);
    CHECK(system["versions"]["schema"] == store::embedded_schema().version());
    box.expect(403, "PUT", "/v1/system/clock", {{"now_ms", 1'800'000'000'000}}, other);
    box.expect(422, "PUT", "/v1/system/clock", {{"now_ms", 1}}, head);
    CHECK(box.expect(200, "PUT", "/v1/system/clock", {{"now_ms", 1'800'000'000'000}}, head)["server_ms"] ==
          1'800'000'000'000);
    CHECK(box.clock.now_ms() == 1'800'000'000'000);
}

TEST_CASE("figures for Prometheus are for this machine, site keys and administrators of the box",
          "[stories]") {
    TestAppliance box;
    const Credential head = box.set_up();
    const Reply local = box.call_raw("GET", "/metrics", "", {});
    CHECK(local.status == 200);
    for (const char* name :
         {"lectern_build_info{version=", "lectern_store_jobs_total ", "lectern_connections ",
          "lectern_disk_free_bytes ", "# TYPE lectern_requests_total counter"})
        CHECK(local.body.find(name) != std::string::npos);
    const std::pair<std::string, std::string> proxied{"X-Forwarded-For", "192.0.2.7"};
    CHECK(box.call_raw("GET", "/metrics", "", {proxied}).status == 401);
    CHECK(box.call_raw("GET", "/metrics", "", {proxied, {"Authorization", "Bearer " + head.token}}).status ==
          200);
    const Credential other = box.set_up_other();
    CHECK(box.call_raw("GET", "/metrics", "", {proxied, {"Authorization", "Bearer " + other.token}}).status ==
          403);
    const std::string key = box.expect(201, "POST", "/v1/site-keys", {{"name", "watcher"}}, head)["key"];
    CHECK(box.call_raw("GET", "/k/" + key + "/metrics", "", {proxied}).status == 200);
    // What proxies on this machine add.
    for (const char* name : {"Forwarded", "Via", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto",
                             "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"}) {
        INFO(name);
        CHECK(box.call_raw("GET", "/metrics", "", {{name, "x"}}).status == 401);
    }
}

TEST_CASE("a backup is made, fetched, and makes the school again on an empty box", "[stories]") {
    TestAppliance box;
    const Credential head = box.set_up();
    box.expect(403, "POST", "/v1/backups", Json::object(), box.set_up_other());
    box.make_room(head, "Room 2", 2, 3);
    const Json backup = box.expect(201, "POST", "/v1/backups", {{"content", true}}, head);
    const Json list = box.expect(200, "GET", "/v1/backups", nullptr, head);
    REQUIRE(list["items"].size() == 1);
    CHECK(list["items"][0] == backup);
    const std::string address = "/v1/backups/" + backup["name"].get<std::string>();
    const Reply file = with_token(box, address + "/file", head);
    CHECK(file.status == 200);
    CHECK(static_cast<std::int64_t>(file.body.size()) == backup["size"]);
    CHECK(with_token(box, "/v1/backups/pepper/file", head).status == 404);
    CHECK(with_token(box, "/v1/backups/..%2Fpepper/file", head).status == 404);

    TestAppliance empty;
    const std::string code = empty.appliance().setup_code().value();
    const auto restore = [&](const std::string& with, const std::string& bytes) {
        return empty
            .call_raw("POST", "/v1/setup/restore?code=" + with, bytes,
                      {{"Content-Type", "application/x-tar"}})
            .status;
    };
    CHECK(restore("AAAA-AAAA", "x") == 401);
    CHECK(restore(code, "nonsense") == 400);
    CHECK(restore(code, file.body.substr(0, file.body.size() / 2)) == 400);
    CHECK(restore(code, file.body) == 202);
    CHECK(empty.call("GET", "/v1/setup").json()["needed"] == true); // until the server starts again
    empty.stop();
    CHECK(admin::apply_staged(empty.folder()));
    CHECK_FALSE(admin::apply_staged(empty.folder()));
    empty.restart();
    CHECK(empty.call("GET", "/v1/setup").json()["needed"] == false);
    const Json login =
        empty.expect(201, "POST", "/v1/logins", {{"username", "head"}, {"password", "correct horse"}});
    const Json rooms = empty.expect(200, "GET", "/v1/rooms", nullptr, {login["token"], ""});
    CHECK(rooms["items"][0]["name"] == "Room 2");
    CHECK(restore(code, "x") == 409); // there is a school now
    box.expect(204, "DELETE", address, nullptr, head);
    box.expect(404, "DELETE", address, nullptr, head);
}

TEST_CASE("an archive returns what went in, and a file that is no archive is refused", "[admin]") {
    const TemporaryFolder folder;
    const std::string long_text(1'000'000, 'x');
    std::ofstream(folder.path() / "file") << long_text;
    {
        admin::ArchiveWriter archive(folder.path() / "a.tar");
        archive.add("empty", "");
        archive.add("content/one", "bytes");
        archive.add_file("file", folder.path() / "file");
        archive.finish();
    }
    std::map<std::string, std::string> found;
    const auto collect = [&](const std::string& name, std::uint64_t size, const auto& read) {
        std::string& bytes = found[name] = "";
        for (std::string_view piece = read(); !piece.empty(); piece = read())
            bytes += piece;
        CHECK(bytes.size() == size);
    };
    admin::read_archive(folder.path() / "a.tar", collect);
    CHECK(found.size() == 3);
    CHECK(found["content/one"] == "bytes");
    CHECK((found["file"] == long_text));
    const std::string whole = read_whole(folder.path() / "a.tar");
    for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{512}, whole.size() - 2000}) {
        std::ofstream(folder.path() / "cut.tar", std::ios::binary | std::ios::trunc) << whole.substr(0, size);
        CHECK_THROWS(admin::read_archive(folder.path() / "cut.tar", collect));
    }
    { admin::ArchiveWriter unfinished(folder.path() / "b.tar"); }
    CHECK_FALSE(std::filesystem::exists(folder.path() / "b.tar"));
}

TEST_CASE("a broken headset is replaced: seat, name and history go on with the new one", "[stories]") {
    TestAppliance box;
    const Credential head = box.set_up();
    box.make_room(head, "Room 2", 1, 1);
    const auto broken = box.pair(head, "OLD"), fresh = box.pair(head, "NEW");
    const std::string address = "/v1/devices/" + to_string(broken.id);
    box.expect(200, "PATCH", address, {{"name", "Blue"}, {"group", "Lab"}}, head);
    box.expect(200, "PATCH", "/v1/seats/1", {{"device_id", broken.id}}, head);
    const Json gaze = {{"kind", "gaze"}, {"at_ms", box.clock.now_ms()}, {"yaw_deg", 10}, {"pitch_deg", 5}};
    const Json events{{"batch_id", "b1"}, {"events", Json::array({gaze})}};
    const Json run = box.expect(202, "POST", "/v1/events", events, broken.credential)["run_id"];
    const auto seats_left = [&] {
        return box.expect(200, "GET", "/v1/organisation", nullptr, head)["licence"]["seats_left"].get<int>();
    };
    const int before = seats_left();
    SocketClient socket(box.port(), "/v1/live?token=" + fresh.credential.token);
    socket.read(); // welcome
    box.expect(422, "POST", address + "/replace", {{"device_id", broken.id}}, head);
    const Json now = box.expect(200, "POST", address + "/replace", {{"device_id", fresh.id}}, head);
    CHECK(now["id"] == broken.id.value());
    CHECK(now["serial_number"] == "NEW");
    CHECK(now["name"] == "Blue");
    CHECK(now["group"] == "Lab");
    CHECK(seats_left() == before + 1);
    while (socket.read()) {
    } // the socket closes, and comes back as the other one
    CHECK(box.expect(200, "GET", "/v1/logins/current", nullptr, fresh.credential)["device"]["id"] ==
          broken.id.value());
    box.expect(401, "GET", "/v1/logins/current", nullptr, broken.credential);
    CHECK(box.expect(200, "GET", "/v1/rooms/1", nullptr, head)["seats"][0]["device_id"] == broken.id.value());
    CHECK(box.expect(200, "GET", "/v1/runs/" + run.dump(), nullptr, head)["device_id"] == broken.id.value());
    CHECK(box.expect(200, "GET", "/v1/devices?group=Lab", nullptr, head)["items"].size() == 1);
    CHECK(box.expect(200, "GET", "/v1/devices?group=Other", nullptr, head)["items"].empty());
    const Json gone = box.expect(200, "GET", "/v1/devices?unpaired=true", nullptr, head)["items"];
    REQUIRE(gone.size() == 1);
    CHECK(gone[0]["serial_number"] == "OLD");
    box.pair(head, "OLD"); // repaired, it has its own pairing again
}
