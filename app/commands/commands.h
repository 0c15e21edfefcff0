// What the command line does to a data folder. data_command.h is the other half: it turns options into the
// arguments that arrive here. Here the services run the command, in the server that holds the folder or in a
// process that opened it alone. Every command leaves a row in the audit log in its own transaction, whether
// it succeeded or not.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "http/serving/shape.h"
#include "platform/ids.h"
#include "platform/json_fields.h"
#include "store/transaction.h"

namespace app {

using Json = nlohmann::json;
using platform::JsonFields;
class Services;

struct Command {
    std::string name; // "person add"
    http::Shape arguments;
    // A command either changes or looks, never both. `organisation_id` is that of --organisation, or of the
    // only organisation there is.
    std::function<Json(store::Tx& tx, Services& services, OrganisationId organisation_id,
                       const JsonFields& arguments)>
        change;
    std::function<Json(store::Read& read, Services& services, OrganisationId organisation_id,
                       const JsonFields& arguments)>
        look;
    // Or it works in several steps off the writer, and waits for the store itself.
    std::function<Json(Services& services, OrganisationId organisation_id, const JsonFields& arguments)> work;
    // Runs before that, off the writer: hashes secrets, so that "pin" becomes "pin_hash".
    std::function<void(Services& services, Json& arguments)> prepare;
    bool needs_organisation = true;
    // It answers even where a full disk does not take its row in the audit log.
    bool even_unlogged = false;
};

// The preparation that several commands share: "password" and "pin", where given, become "password_hash" and
// "pin_hash".
void hash_secrets(Services& services, Json& arguments);

std::vector<Command> setup_commands();
std::vector<Command> person_commands();
std::vector<Command> organisation_commands();
std::vector<Command> roster_commands();
std::vector<Command> class_commands();
std::vector<Command> room_commands();
std::vector<Command> site_key_commands();
std::vector<Command> pair_commands();
std::vector<Command> move_in_commands(); // import
std::vector<Command> care_commands();    // backup, doctor, support-bundle

// Waits for the store, so never call it from the io thread or the writer.
Json run_command(const std::string& name, Json arguments, Services& services);

// Opens the services on a folder that no server holds, runs the command and closes them again.
Json run_alone(const std::filesystem::path& folder, const std::string& name, const Json& arguments);

} // namespace app
