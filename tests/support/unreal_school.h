// A school whose Unreal app knows only the box's base URL, for the tests of the unreal dialect.
#pragma once

#include <sqlite3.h>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "support/raw_client.h"
#include "support/test_appliance.h"

namespace unreal {

using nlohmann::json;
using support::RawAnswer;

inline const std::string a_time = R"("20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ")";
inline const std::string session = "/api/v1/unreal/session", tracking = "/api/v1/unreal/tracking";

// The clock stands still at 2026-09-01T08:00:00Z, which is 1788249600.
class School {
public:
    School() {
        head = appliance.set_up();
        anna_id = appliance.add_person(head, "student", "anna")["id"];
        auto& services = appliance.services();
        key = services.store.write("site key", [&](store::Tx& tx) {
            return services.site_keys.add(tx, OrganisationId(1), "Unreal lab", false).key;
        });
    }

    RawAnswer send(const std::string& method, const std::string& path, const std::string& body = "",
                   const std::string& headers = "") const {
        support::RawClient client(appliance.port());
        std::string request = method + " " + path + " HTTP/1.1\r\nHost: box\r\n" + headers;
        if (!body.empty() || method == "POST")
            request +=
                "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        return client.ask(request + "\r\n" + body);
    }
    // Uses the base URL with the site key in it.
    RawAnswer get(const std::string& path) const { return send("GET", "/k/" + key + path); }
    RawAnswer post(const std::string& path, const std::string& body) const {
        return send("POST", "/k/" + key + path, body);
    }
    json posted(int status, const std::string& path, const std::string& body) const {
        const auto answer = post(path, body);
        INFO(path << " " << body.substr(0, 300) << " -> " << answer.status << " " << answer.body);
        REQUIRE(answer.status == status);
        return json::parse(answer.body);
    }
    // One figure of the database, as the sqlite3 shell would ask for it.
    std::string figure(const std::string& sql) const {
        sqlite3* database = nullptr;
        REQUIRE(sqlite3_open((appliance.folder() / "lectern.db").c_str(), &database) == SQLITE_OK);
        std::string found = "(no row)";
        const auto take = [](void* to, int, char** values, char**) {
            *static_cast<std::string*>(to) = values[0] ? values[0] : "(null)";
            return 0;
        };
        const int code = sqlite3_exec(database, sql.c_str(), take, &found, nullptr);
        INFO(sql << ": " << sqlite3_errmsg(database));
        CHECK(code == SQLITE_OK);
        sqlite3_close(database);
        return found;
    }

    mutable support::TestAppliance appliance;
    support::Credential head;
    std::string key;
    PersonId anna_id;
};

} // namespace unreal
