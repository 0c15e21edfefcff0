#include "dialects/seats/wire.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "platform/error.h"
#include "platform/text.h"

namespace dialects::seats {

namespace {

using platform::ErrorKind;

constexpr std::array<std::string_view, 17> codes{"InvalidUsername",
                                                 "RegistrationInProgress",
                                                 "RegistrationNotInProgress",
                                                 "UserNotFound",
                                                 "UserAlreadyExists",
                                                 "InvalidCode",
                                                 "TooManyValidationAttempts",
                                                 "TooManyLoginAttempts",
                                                 "Unauthorized",
                                                 "HallNotFound",
                                                 "SeatUpdateFailed",
                                                 "TokenInvalid",
                                                 "TokenExpired",
                                                 "InternalServerError",
                                                 "UnknownMessageType",
                                                 "SubscriptionAlreadyExists",
                                                 "SubscriptionNotFound"};

constexpr std::array<std::pair<rooms::SeatStatus, std::string_view>, 3> statuses{
    {{rooms::SeatStatus::vacant, "VACANT"},
     {rooms::SeatStatus::occupied, "RESERVED"},
     {rooms::SeatStatus::maintenance, "MAINTENANCE"}}};
// The original's first version calls RESERVED so.
constexpr std::string_view first_name = "OCCUPIED";

} // namespace

void throw_code(const char* code) {
    throw platform::Error(ErrorKind::conflict, code);
}

std::string code_of(const platform::Error& error) {
    if (std::ranges::find(codes, std::string_view(error.what())) != codes.end()) return error.what();
    switch (error.kind()) {
        case ErrorKind::unauthorized:
        case ErrorKind::forbidden:
            return "Unauthorized";
        case ErrorKind::too_large:
            return "MessageTooLarge";
        case ErrorKind::method_not_allowed:
            return "UnknownMessageType";
        default: // the original's clients know no other
            return "InternalServerError";
    }
}

http::Answer socket_error_answer(const http::Call&, const platform::Error& error) {
    return http::text(code_of(error), "text/plain", 400);
}

http::Answer error_answer(const http::Call&, const platform::Error& error) {
    return http::json({{"data", nullptr}, {"status", "error"}, {"error", code_of(error)}});
}

http::Answer answer(const Json& data) {
    return http::json({{"data", data}, {"status", "success"}, {"error", nullptr}});
}

std::string_view wire_name_of(rooms::SeatStatus status) {
    for (const auto& [known, name] : statuses)
        if (known == status) return name;
    return "VACANT";
}

std::optional<rooms::SeatStatus> status_of(std::string_view wire_name) {
    if (wire_name == first_name) return rooms::SeatStatus::occupied;
    for (const auto& [status, name] : statuses)
        if (name == wire_name) return status;
    return std::nullopt;
}

Json counts_json(const Seats& seats) {
    std::map<std::string_view, std::int64_t> counts;
    for (const auto& [status, name] : statuses)
        counts[name] = 0;
    for (const rooms::Seat* seat : seats)
        ++counts[wire_name_of(seat->status)];
    Json json;
    for (const auto& [name, count] : counts)
        json[std::string(name)] = count;
    json[std::string(first_name)] = counts[wire_name_of(rooms::SeatStatus::occupied)];
    return json;
}

Json types_json(const Seats& seats, bool whole) {
    std::map<SeatTypeId, Seats> types;
    for (const rooms::Seat* seat : seats)
        types[seat->seat_type.id].push_back(seat);
    Json list = Json::array();
    for (const auto& [id, of_type] : types) {
        Json& type = list.emplace_back(Json{{"id", id}, {"seats", counts_json(of_type)}});
        if (!whole) continue;
        type["name"] = of_type.front()->seat_type.name;
        type["seats_count"] = of_type.size();
    }
    return list;
}

Json hall_json(const rooms::Room& room, const Seats& seats) {
    Json list = Json::array();
    for (const rooms::Seat* seat : seats)
        list.push_back({{"id", seat->id},
                        {"row", seat->row},
                        {"place", seat->place},
                        {"x", seat->x},
                        {"y", seat->y},
                        {"width", seat->width},
                        {"height", seat->height},
                        {"rotation", seat->rotation},
                        {"seat_type", {{"id", seat->seat_type.id}, {"name", seat->seat_type.name}}},
                        {"status", wire_name_of(seat->status)},
                        {"updated_at", platform::iso8601(seat->updated_ms)}});
    return {{"id", room.id},
            {"created_at", platform::iso8601(room.created_ms)},
            {"cinema_id", room.organisation_id},
            {"name", room.name},
            {"rows", room.rows},
            {"places", room.places},
            {"seats", list},
            {"seat_types", types_json(seats, true)}};
}

Json hall_in_list_json(const rooms::Room& room, const Seats& seats) {
    return {{"id", room.id},
            {"name", room.name},
            {"rows", room.rows},
            {"places", room.places},
            {"seats_count", counts_json(seats)}};
}

Json cinema_json(const people::Organisation& organisation) {
    return {{"id", organisation.id},
            {"name", organisation.name},
            {"color", organisation.colour},
            {"created_at", platform::iso8601(organisation.created_ms)}};
}

Json seat_update_json(const rooms::Seat& seat) {
    return {{"id", seat.id},
            {"status", wire_name_of(seat.status)},
            {"updated_at", platform::iso8601(seat.updated_ms)}};
}

Json standing_json(const std::optional<std::string>& username) {
    if (!username) return {{"status", "guest"}};
    return {{"status", "user"}, {"username", *username}};
}

std::string cookie_of(const http::Call& call) {
    std::string_view cookies = call.header_values.find("cookie").value_or("");
    while (!cookies.empty()) {
        const auto end = std::min(cookies.find(';'), cookies.size());
        const auto cookie = platform::trimmed(cookies.substr(0, end));
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
        const auto equals = cookie.find('=');
        if (equals != cookie.npos && cookie.substr(0, equals) == cookie_name)
            return std::string(cookie.substr(equals + 1));
    }
    return "";
}

std::string set_cookie(std::string_view token, bool secure) {
    return std::string(cookie_name) + "=" + std::string(token) +
           "; Max-Age=" + std::to_string(cookie_life_s) + "; Path=/; HttpOnly; SameSite=Strict" +
           (secure ? "; Secure" : "");
}

} // namespace dialects::seats
