// The seat monitor: the tables User, Cinema, Hall, Seat and SeatType of its Postgres, exported as JSON, CSV or SQL. A
// cinema is the school, a hall a room; its users are staff (docs/dialects/seats.md).
#include <algorithm>
#include <map>
#include <set>

#include "app/moving_in/plan.h"
#include "platform/text.h"

namespace app::moving_in {

namespace {

class SeatsSync {
public:
    SeatsSync(Source& source, const std::string& only) : source_(source) {
        std::vector<std::pair<std::string, std::string>> cinemas;
        for (const Json& row : source_.rows({"cinema", "cinemas"}))
            cinemas.emplace_back(text_of(row, "id"), text_of(row, "name"));
        cinema_ = chosen(cinemas, only, "cinemas");
    }

    Plan read() {
        read_users();
        for (const Json& row : source_.rows({"seat_type", "seat_types"}))
            types_[text_of(row, "id")] = text_of(row, "name");
        for (const Json& row : source_.rows({"hall", "halls"})) {
            all_halls_.insert(text_of(row, "id"));
            if (const std::string cinema = text_of(row, "cinema_id");
                cinema.empty() || cinema_.empty() || cinema == cinema_)
                halls_.emplace(text_of(row, "id"), Json{{"from", from("Hall", row)},
                                                        {"name", text_of(row, "name")},
                                                        {"seat_types", Json::array()},
                                                        {"seats", Json::array()}});
        }
        for (const Json& row : source_.rows({"seat", "seats"}))
            read_seat(row);
        for (auto& [id, hall] : halls_)
            plan_.rooms.push_back(std::move(hall));
        tell_unasked(source_, {"_prisma_migrations"}, plan_);
        return std::move(plan_);
    }

private:
    void read_users() {
        const auto& users = source_.rows({"user", "users"});
        for (const Json& row : users) {
            const std::string name = text_of(row, "username");
            plan_.people.push_back({{"from", from("User", row)},
                                    {"key", text_of(row, "id")},
                                    {"role", "teacher"},
                                    {"nickname", name},
                                    {"username", name}});
        }
        if (!users.empty())
            plan_.told.push_back(
                std::to_string(users.size()) +
                " second factors and recovery phrases stay behind: give each of these people a PIN or "
                "a password ('lectern person reset-pin').");
    }

    void read_seat(const Json& row) {
        const auto hall = halls_.find(text_of(row, "hall_id"));
        if (hall == halls_.end()) {
            if (!all_halls_.contains(text_of(row, "hall_id")))
                plan_.left_out.push_back({from("Seat", row), "its hall is not in the file"});
            return; // otherwise it is another cinema's
        }
        Json seat = Json::object();
        for (const char* column : {"row", "place", "x", "y", "width", "height", "rotation"})
            if (const auto number = integer_of(row, column)) seat[column] = *number;
        const std::string status = platform::lower_ascii(text_of(row, "status"));
        if (status == "maintenance") seat["status"] = status;
        std::string type = types_[text_of(row, "seat_type_id")];
        if (type.empty()) type = "Standard";
        seat["seat_type"] = type;
        Json& types = hall->second["seat_types"];
        if (std::ranges::find(types, Json(type)) == types.end()) types.push_back(type);
        hall->second["seats"].push_back(std::move(seat));
    }

    Source& source_;
    Plan plan_;
    std::string cinema_;
    std::map<std::string, std::string> types_;
    std::map<std::string, Json> halls_; // of the cinema that comes here
    std::set<std::string> all_halls_;
};

} // namespace

Plan plan_of_seatssync(Source& source, const std::string& only) {
    return SeatsSync(source, only).read();
}

} // namespace app::moving_in
