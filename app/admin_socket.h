// How the command line talks to a running server: through a unix socket in the data folder, because only the
// server may open the database while it runs (design: The store). One line of JSON asks, one line of JSON
// answers, then the connection ends:
//
//   {"command":"person add","arguments":{...}}   ->   {"result":{...}}  or
//   {"error":{"kind":...,"message":...,"fields":[...]}}
//
// The socket is 0600 from its first moment, and the peer's user is checked as well. Anyone allowed to write
// to it could read the database itself anyway; nobody else may.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

namespace app {

using Json = nlohmann::json;

// Root, the user the server runs as, and the owner of the data folder.
bool may_command(uid_t peer, uid_t server, uid_t folder_owner);

struct AdminLimits {
    std::size_t question_bytes = 40u << 20;      // a roster
    std::size_t answer_bytes = 64u << 20;        // a list of a large school
    std::chrono::milliseconds to_ask{5000};      // how long a client may take over its line
    std::chrono::milliseconds to_answer{600000}; // how long a client waits for ours
};

// Runs commands one after the other on its own thread, so a command may wait for the store.
class AdminServer {
public:
    using Handler = std::function<Json(const std::string& command, const Json& arguments)>;
    // The caller holds the folder's lock, so a socket that is already there belongs to a dead server and is
    // replaced.
    AdminServer(const std::filesystem::path& folder, Handler handler, AdminLimits limits = {});
    ~AdminServer(); // finishes the command at hand
    AdminServer(const AdminServer&) = delete;
    AdminServer& operator=(const AdminServer&) = delete;

private:
    void run();
    void serve(int connection);
    Json answer_to(const std::string& line);

    std::filesystem::path folder_;
    Handler handler_;
    AdminLimits limits_;
    int listener_ = -1, stop_ = -1;
    std::thread thread_;
};

// Runs a command through the server that holds the folder; nullopt when no server listens there. Throws the
// Error that the command ended with, or unavailable when the server is there and does not answer.
std::optional<Json> ask_server(const std::filesystem::path& folder, const std::string& command,
                               const Json& arguments, AdminLimits limits = {});

} // namespace app
