// The VR training platform: a PocketBase 0.18, whose data.db has a table a collection (docs/dialects/
// training_records.md). All links between collections are text.
#include <map>
#include <set>
#include <sstream>

#include "app/moving_in/plan.h"
#include "platform/text.h"

namespace app::moving_in {

namespace {

class PocketBase {
public:
    PocketBase(Source& source, const std::string& only) : source_(source) {
        std::vector<std::pair<std::string, std::string>> clients;
        for (const Json& row : source_.rows({"clients"})) {
            const std::string name = text_of(row, "name");
            clients.emplace_back(text_of(row, "id"), name.empty() ? text_of(row, "username") : name);
        }
        client_ = chosen(clients, only, "clients");
    }

    Plan read() {
        read_users();
        read_devices();
        read_scenarios();
        read_records();
        tell();
        tell_unasked(source_, {"_", "migrations"}, plan_);
        return std::move(plan_);
    }

private:
    // Rows without a client are everybody's: older versions of the original did not write one.
    bool is_ours(const Json& row) const {
        const std::string client = text_of(row, "client_id");
        return client.empty() || client_.empty() || client == client_;
    }

    void read_users() {
        for (const Json& row : source_.rows({"users"})) {
            if (!is_ours(row)) continue;
            const std::string id = text_of(row, "id"), user_id = text_of(row, "user_id");
            Json person = {{"from", from("users", row)}, {"key", id}, {"role", "student"}};
            put_name(person, text_of(row, "name"));
            if (user_id.find('@') != std::string::npos)
                person["email"] = user_id;
            else if (!user_id.empty())
                person["nickname"] = user_id;
            users_.emplace(id, id);
            if (!user_id.empty()) users_.emplace(user_id, id);
            plan_.people.push_back(std::move(person));
        }
    }

    void read_devices() {
        for (const Json& row : source_.rows({"devices"})) {
            if (!is_ours(row)) continue;
            const std::string id = text_of(row, "id"), serial_number = text_of(row, "device_serial_number");
            plan_.headsets.push_back(
                {{"from", from("devices", row)}, {"key", id}, {"serial_number", serial_number}});
            devices_.emplace(id, id);
            if (!serial_number.empty()) devices_.emplace(serial_number, id);
        }
    }

    // A list, as JSON or as text with commas.
    static Json keys_of(const Json& row, std::string_view column) {
        Json keys = Json::array();
        std::set<std::string> seen;
        const auto take = [&](std::string_view text) {
            const std::string key(platform::trimmed(text));
            if (!key.empty() && seen.insert(key).second) keys.push_back({{"key", key}});
        };
        const Json list = json_of(row, column);
        if (list.is_array()) {
            for (const Json& item : list)
                take(item.is_string() ? item.get<std::string>() : item.dump());
            return keys;
        }
        std::istringstream words(text_of(row, column));
        for (std::string word; std::getline(words, word, ',');)
            take(word);
        return keys;
    }

    void read_scenarios() {
        std::set<std::string> titles; // not unique there, and unique here
        for (const Json& row : source_.rows({"scenarios"})) {
            if (!is_ours(row)) continue;
            const std::string id = text_of(row, "id"), name = text_of(row, "name");
            std::string title = name;
            for (int number = 2; !titles.insert(platform::lower_ascii(title)).second; ++number)
                title = name + " (" + std::to_string(number) + ")";
            if (title != name)
                plan_.told.push_back(from("scenarios", row) + " is called \"" + title + "\" here.");
            Json content = {{"title", title},
                            {"metrics", keys_of(row, "metrics_keys")},
                            {"checklist", keys_of(row, "checklist_keys")}};
            if (const Json info = json_of(row, "additional_info"); !info.is_null())
                content["additional_info"] = info;
            else if (const std::string text = text_of(row, "additional_info"); !text.empty())
                content["additional_info"] = text;
            scenarios_[id] = uuid_of("pocketbase scenario " + client_ + " " + id);
            plan_.scenarios.push_back({{"from", from("scenarios", row)},
                                       {"key", scenarios_[id]},
                                       {"content", std::move(content)},
                                       {"prerequisites", Json::array()}});
        }
    }

    // What was recorded: a row a key, in three tables.
    void read_results() {
        for (const Json& row : source_.rows({"metrics"}))
            if (const auto value = number_of(row, "value"))
                results_[text_of(row, "record_id")]["metrics"][text_of(row, "key")] = *value;
        for (const Json& row : source_.rows({"checklist"}))
            results_[text_of(row, "record_id")]["checklist"][text_of(row, "key")] = truth_of(row, "value");
        for (const Json& row : source_.rows({"additional_info"}))
            results_[text_of(row, "record_id")]["additional_info"][text_of(row, "key")] =
                text_of(row, "value");
    }

    void read_records() {
        read_results();
        for (const Json& row : source_.rows({"playing_records"})) {
            if (!is_ours(row)) continue;
            const std::string id = text_of(row, "id"), place = from("playing_records", row),
                              user = text_of(row, "user_id"), device = text_of(row, "device_id");
            std::string scenario = text_of(row, "sceneario_id"); // so spelt
            for (const char* other : {"scneario_id", "scenario_id"})
                if (scenario.empty()) scenario = text_of(row, other);
            const auto known = scenarios_.find(scenario);
            const auto created_ms = time_ms_of(row, "created");
            if (known == scenarios_.end() || !created_ms) {
                plan_.left_out.push_back({place, known == scenarios_.end() ? "its scenario is not in the file"
                                                                           : "its time cannot be read"});
                continue;
            }
            Json run = {{"from", place},
                        {"public_id", uuid_of("pocketbase record " + client_ + " " + id)},
                        {"origin", "training"},
                        {"scenario", known->second},
                        {"started_ms", *created_ms},
                        {"ended_ms", time_ms_of(row, "updated").value_or(*created_ms)},
                        {"record", results_.contains(id) ? results_[id] : Json::object()}};
            if (const auto found = users_.find(user); found != users_.end())
                run["person"] = found->second;
            else if (!user.empty())
                run["data"] = {{"user_id", user}}; // free text there, and kept as such
            if (const auto found = devices_.find(device); found != devices_.end())
                run["headset"] = found->second;
            plan_.runs.push_back(std::move(run));
        }
    }

    void tell() {
        for (const Json& row : source_.rows({"licenses"}))
            if (is_ours(row))
                plan_.told.push_back("The licence there: " + text_of(row, "seats_bought") + " seats until " +
                                     text_of(row, "expired_date") + ". Set it with 'lectern licence set'.");
        plan_.told.push_back(
            "Passwords of clients cannot come along: only PocketBase can check their hashes.");
        for (const char* table : {"running_scenarios", "unconnected_devices", "actions_log"})
            if (const std::size_t rows = source_.rows({table}).size(); rows > 0)
                plan_.told.push_back(std::string(table) + ": " + std::to_string(rows) +
                                     " rows stay behind; what runs, codes and logs are a box's own.");
    }

    Source& source_;
    Plan plan_;
    std::string client_;
    std::map<std::string, std::string> users_, devices_; // by id and by what the school calls it: the key
    std::map<std::string, std::string> scenarios_;       // by id: the public id
    std::map<std::string, Json> results_;                // by record
};

} // namespace

Plan plan_of_pocketbase(Source& source, const std::string& only) {
    return PocketBase(source, only).read();
}

} // namespace app::moving_in
