#include "people/people_routes.h"

#include "platform/error.h"
#include "platform/plain_name.h"
#include "platform/text.h"

namespace people {

http::Shape person_shape() {
    return http::object({{"id", http::identifier()},
                         {"role", http::one_of<platform::Role>()},
                         {"nickname", http::text(1, 80)},
                         {"first_name", http::text(0, 80)},
                         {"last_name", http::text(0, 80)},
                         {"username", http::nullable(http::text(1, 80))},
                         {"email", http::nullable(http::text(1, 254))},
                         {"external_id", http::nullable(http::text(1, 200))},
                         {"active", http::boolean()},
                         {"has_pin", http::boolean()},
                         {"has_password", http::boolean()},
                         {"has_totp", http::boolean()},
                         {"created_at", http::time()}})
        .named("Person");
}

http::Shape organisation_shape() {
    return http::object({{"id", http::identifier()},
                         {"name", http::text(1, 80)},
                         {"colour", http::colour()},
                         {"time_zone", http::text(1, 64)},
                         {"language", http::text(2, 8)},
                         {"staff_pin", http::boolean()},
                         {"pick_names", http::boolean()},
                         {"leaderboard", http::one_of<LeaderboardMode>()},
                         {"gaze_days", http::nullable(http::integer(1, 36'500))},
                         {"licence", http::object({{"type", http::text(1, 40)},
                                                   {"seats", http::integer(0, 1'000'000)},
                                                   {"seats_taken", http::integer(0, 1'000'000)},
                                                   {"seats_left", http::integer(0, 1'000'000)},
                                                   {"last_day", http::nullable(http::text(10, 10))}})}})
        .named("Organisation");
}

http::Shape person_name(std::size_t most) {
    return http::text(0, most);
}

http::Shape password_shape() {
    return http::text(8, 200).described("8 to 200 characters");
}

http::Shape nickname_shape() {
    return http::text(1, longest_nickname);
}

http::Shape username_shape() {
    return http::pattern("[A-Za-z0-9_.-]{3,32}", "3 to 32 letters, digits, '_', '.' or '-'");
}

http::Shape email_shape() {
    return http::pattern("[^@\\s]{1,64}@[^@\\s]{1,180}", "an e-mail address");
}

std::string checked_nickname(const std::string& nickname) {
    std::string kept = platform::plain_name(nickname);
    if (kept.empty()) platform::throw_invalid("nickname", "must not be empty");
    // People sign in as "nickname@organisation" where nicknames repeat.
    if (kept.find('@') != std::string::npos) platform::throw_invalid("nickname", "must not contain @");
    return kept;
}

void add_people_routes(http::RouteTable& table, const PeopleParts& parts) {
    add_login_routes(table, parts);
    add_organisation_routes(table, parts);
    add_staff_routes(table, parts);
    add_person_routes(table, parts);
    add_student_secret_routes(table, parts);
    add_import_routes(table, parts);
    add_privacy_routes(table, parts);
    add_class_routes(table, parts);
}

} // namespace people
