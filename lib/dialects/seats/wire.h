// The seats dialect's wire, and its error codes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialects/seats/parts.h"
#include "http/serving/call.h"

namespace dialects::seats {

using Json = nlohmann::json;

// An Error whose message is one of the dialect's codes.
[[noreturn]] void throw_code(const char* code);
// The code of any Error.
std::string code_of(const platform::Error& error);
http::Answer socket_error_answer(const http::Call& call,
                                 const platform::Error& error);                  // its body is the code
http::Answer error_answer(const http::Call& call, const platform::Error& error); // always 200
http::Answer answer(const Json& data);

std::string_view wire_name_of(rooms::SeatStatus status);
std::optional<rooms::SeatStatus> status_of(std::string_view wire_name);

using Seats = std::vector<const rooms::Seat*>;
Json counts_json(const Seats& seats);            // {VACANT, RESERVED, OCCUPIED (the same), MAINTENANCE}
Json types_json(const Seats& seats, bool whole); // [{id, name, seats_count, seats}], or only what changes
Json hall_json(const rooms::Room& room, const Seats& seats);
Json hall_in_list_json(const rooms::Room& room, const Seats& seats);
Json cinema_json(const people::Organisation& organisation); // without its halls
Json seat_update_json(const rooms::Seat& seat);
Json standing_json(const std::optional<std::string>& username);

// ---- the cookie ----
inline constexpr const char* cookie_name = "handshake_token";
inline constexpr std::int64_t cookie_life_s = 5 * 24 * 3600;
std::string cookie_of(const http::Call& call); // "" when there is none
std::string set_cookie(std::string_view token, bool secure);

} // namespace dialects::seats
