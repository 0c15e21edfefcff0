// The things that another system's store would bring in, as Lectern knows them. Each system has an importer that
// makes a Plan of a Source; bring_in.h carries any plan out. It crosses the admin socket as JSON, because the
// command reads the files and the server writes the rows.
//
// Items refer to each other by keys: whatever the original calls a row, unique in its list. `from` is what people find
// the row by: "users 17".
#pragma once

#include <string>
#include <vector>

#include "app/moving_in/source.h"
#include "http/serving/shape.h"

namespace app::moving_in {

struct Plan {
    // {from, key, role, nickname?, first_name?, last_name?, username?, email?, external_id?, pin?}; without a nickname
    // one is made of the name
    Json people = Json::array();
    Json classes = Json::array();   // {from, name, teacher: key, students: [key]}
    Json headsets = Json::array();  // {from, key, serial_number}
    Json rooms = Json::array();     // {from, name, seat_types: [name], seats: [{row, place, x, y, ...}]}
    Json scenarios = Json::array(); // {from, key: a public id, content, prerequisites: [key]}
    Json lessons = Json::array();   // {from, key, title, kind, content}
    // {from, public_id, origin, person?: key, customer_id?, headset?: key, lesson? or scenario?: key, started_ms,
    //  ended_ms, score?, completed?, progress?, data?, record?: {metrics, checklist, additional_info, resolution,
    //  escalated}, events?: [as the unreal dialect's clients send them], more?: true, with further events of a run
    //  that comes before}
    Json runs = Json::array();

    struct LeftOut {
        std::string from, reason;
    };
    std::vector<LeftOut> left_out; // rows that are not even tried
    std::vector<std::string> told; // what else somebody has to know
};

// How one of several schools in a store is chosen: "" takes the only one. Error invalid lists them.
std::string chosen(const std::vector<std::pair<std::string, std::string>>& keys_and_names,
                   const std::string& only, const std::string& what);

// Lists what nobody asked for, but for tables that are the original's own machinery.
void tell_unasked(const Source& source, const std::vector<std::string>& machinery, Plan& plan);

std::string from(const std::string& table, const Json& row);

// "Ada Lovelace" as first and last name.
void put_name(Json& person, const std::string& whole);

Plan plan_of_pocketbase(Source& source, const std::string& only);
Plan plan_of_django(Source& source, const std::string& only);
Plan plan_of_nexero(Source& source);
Plan plan_of_seatssync(Source& source, const std::string& only);
Plan plan_of_trainer(Source& source);

} // namespace app::moving_in
