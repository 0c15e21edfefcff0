// What the command line does to a data folder. The other half is data_command.h: there options become the
// arguments that arrive here, here the services do it, in the server that holds the folder or in a process
// that opened it alone. Every command leaves a row in the audit log, whether it went well or not, in its own
// transaction.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "http/serving/shape.h"
#include "platform/ids.h"
#include "store/transaction.h"

namespace app {

using Json = nlohmann::json;
class Services;

struct Command {
    std::string name; // "person add"
    http::Shape arguments;
    // Either changes or looks, never both. `organisation_id` is the one of --organisation, or the only one
    // there is.
    std::function<Json(store::Tx& tx, Services& services, OrganisationId organisation_id,
                       const Json& arguments)>
        change;
    std::function<Json(store::Read& read, Services& services, OrganisationId organisation_id,
                       const Json& arguments)>
        look;
    // Or it works in several steps, off the writer, and waits for the store itself.
    std::function<Json(Services& services, OrganisationId organisation_id, const Json& arguments)> work;
    // Before that and off the writer: hashes what is secret, so that "pin" becomes "pin_hash".
    std::function<void(Services& services, Json& arguments)> prepare;
    bool needs_organisation = true;
};

// What several commands prepare: "password" and "pin" become "password_hash" and "pin_hash", where they are
// given.
void hash_secrets(Services& services, Json& arguments);
std::string draw_pin(Services& services);

std::vector<Command> setup_commands();
std::vector<Command> person_commands();
std::vector<Command> organisation_commands();
std::vector<Command> roster_commands();
std::vector<Command> class_commands();
std::vector<Command> room_commands();
std::vector<Command> site_key_commands();
std::vector<Command> pair_commands();
std::vector<Command> care_commands(); // backup, doctor

// Waits for the store: not from the io thread, not from the writer.
Json run_command(const std::string& name, Json arguments, Services& services);

// Opens the services on a folder that no server holds, runs the command and closes them again.
Json run_alone(const std::filesystem::path& folder, const std::string& name, const Json& arguments);

} // namespace app
