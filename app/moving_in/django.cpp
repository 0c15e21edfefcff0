// The VR LMS: Django's database, as its SQLite file, a dump of SQL, or `manage.py dumpdata`. The tables are those of its
// application "lms": school, user, class, session, lesson, progress (docs/moving-in.md).
#include <map>
#include <set>

#include "app/moving_in/plan.h"
#include "platform/text.h"

namespace app::moving_in {

namespace {

// A reference is "teacher_id" in a database and "teacher" in a dumpdata.
std::string reference(const Json& row, const std::string& name) {
    const std::string id = text_of(row, name + "_id");
    return id.empty() ? text_of(row, name) : id;
}

class Django {
public:
    Django(Source& source, const std::string& only) : source_(source) {
        std::vector<std::pair<std::string, std::string>> schools;
        for (const Json& row : source_.rows({"lms_school"}))
            schools.emplace_back(text_of(row, "id"), text_of(row, "name"));
        school_ = chosen(schools, only, "schools");
    }

    Plan read() {
        read_users();
        read_classes();
        read_sessions();
        read_lessons();
        read_progress();
        if (const std::size_t rows = source_.rows({"lms_session"}).size(); rows > 0)
            plan_.told.push_back("lms_session: " + std::to_string(rows) +
                                 " rows stay behind; what was reached in them comes with its time.");
        tell_unasked(source_,
                     {"django_", "auth_", "authtoken_", "contenttypes_", "sessions_", "admin_", "lms_user_"},
                     plan_);
        return std::move(plan_);
    }

private:
    bool is_ours(const Json& row) const {
        const std::string school = reference(row, "school");
        return school.empty() || school_.empty() || school == school_;
    }

    static std::string role_of(const Json& row) {
        const std::string role = platform::lower_ascii(text_of(row, "role"));
        if (role == "admin" || truth_of(row, "is_superuser")) return "administrator";
        return role == "teacher" || (role.empty() && truth_of(row, "is_staff")) ? "teacher" : "student";
    }

    void read_users() {
        std::size_t pins = 0, passwords = 0;
        for (const Json& row : source_.rows({"lms_user", "auth_user"})) {
            if (!is_ours(row)) continue;
            const std::string id = text_of(row, "id"), place = from("lms_user", row);
            if (row.contains("is_active") && !truth_of(row, "is_active")) {
                plan_.left_out.push_back({place, "is not active"});
                continue;
            }
            Json person = {{"from", place},
                           {"key", id},
                           {"role", role_of(row)},
                           {"nickname", text_of(row, "nickname")},
                           {"first_name", text_of(row, "first_name")},
                           {"last_name", text_of(row, "last_name")},
                           {"email", text_of(row, "email")}};
            // A number in CSV and SQL loses its zeros nowhere, but one in JSON does.
            std::string pin = text_of(row, "pin");
            if (value_of(row, "pin").is_number() && pin.size() < 4) pin.insert(0, 4 - pin.size(), '0');
            person["pin"] = pin;
            pins += pin.empty() ? 0 : 1;
            passwords +=
                text_of(row, "password").find('$') != std::string::npos ? 1 : 0; // "pbkdf2_sha256$..."
            nicknames_[id] = text_of(row, "nickname");
            plan_.people.push_back(std::move(person));
        }
        if (pins > 0)
            plan_.told.push_back(
                std::to_string(pins) +
                " PINs come along. They are in clear text in the file: remove it when you are done.");
        if (passwords > 0)
            plan_.told.push_back(std::to_string(passwords) +
                                 " passwords cannot come along: only Django can check their hashes.");
    }

    void read_classes() {
        std::map<std::string, Json> students;
        for (const Json& row : source_.rows({"lms_class_students"}))
            students[reference(row, "class")].push_back(reference(row, "user"));
        for (const Json& row : source_.rows({"lms_class"})) {
            if (!is_ours(row)) continue;
            Json keys = students[text_of(row, "id")];
            if (const Json listed = json_of(row, "students"); listed.is_array())
                for (const Json& student : listed)
                    keys.push_back(student.is_string() ? student.get<std::string>() : student.dump());
            plan_.classes.push_back({{"from", from("lms_class", row)},
                                     {"name", text_of(row, "name")},
                                     {"teacher", reference(row, "teacher")},
                                     {"students", keys.is_null() ? Json::array() : keys}});
        }
    }

    void read_sessions() {
        for (const Json& row : source_.rows({"lms_session"})) {
            const auto created_ms = time_ms_of(row, "created_at"), started_ms = time_ms_of(row, "started_at"),
                       stopped_ms = time_ms_of(row, "stopped_at");
            const auto begun_ms = started_ms ? started_ms : created_ms;
            if (begun_ms) times_[text_of(row, "id")] = {*begun_ms, stopped_ms.value_or(*begun_ms)};
        }
    }

    static const char* kind_of(const std::string& content) {
        const std::string lower = platform::lower_ascii(content);
        if (!lower.starts_with("http://") && !lower.starts_with("https://")) return "app";
        return lower.ends_with(".mp4") || lower.ends_with(".webm") || lower.ends_with(".m3u8") ? "video"
                                                                                               : "web";
    }

    // The same lesson is a row a session there, and one lesson here.
    void read_lessons() {
        std::set<std::string> seen;
        for (const Json& row : source_.rows({"lms_lesson"})) {
            if (!is_ours(row)) continue;
            const std::string title = text_of(row, "title"), content = text_of(row, "content"),
                              id = text_of(row, "id");
            std::string key = title;
            key.append("\n").append(content);
            lessons_[id] = {key, title, reference(row, "session")};
            if (seen.insert(key).second)
                plan_.lessons.push_back({{"from", from("lms_lesson", row)},
                                         {"key", key},
                                         {"title", title},
                                         {"kind", kind_of(content)},
                                         {"content", content}});
        }
    }

    void read_progress() {
        std::size_t without_time = 0;
        for (const Json& row : source_.rows({"lms_progress"})) {
            if (!is_ours(row)) continue;
            const std::string place = from("lms_progress", row), student = reference(row, "student");
            const auto lesson = lessons_.find(reference(row, "lesson"));
            if (lesson == lessons_.end()) {
                plan_.left_out.push_back({place, "its lesson is not in the file"});
                continue;
            }
            Json run = {{"from", place},
                        {"public_id", uuid_of("django progress " + text_of(row, "id") + " " +
                                              nicknames_[student] + " " + lesson->second.key)},
                        {"origin", "session"},
                        {"person", student},
                        {"lesson", lesson->second.key},
                        {"completed", truth_of(row, "completed")},
                        {"progress", truth_of(row, "completed") ? 1.0 : 0.0}};
            if (const auto score = number_of(row, "score")) run["score"] = *score;
            if (const Json data = json_of(row, "progress_data"); data.is_object()) run["data"] = data;
            if (const auto time = times_.find(lesson->second.session); time != times_.end()) {
                run["started_ms"] = time->second.first;
                run["ended_ms"] = time->second.second;
            } else {
                ++without_time;
            }
            plan_.runs.push_back(std::move(run));
        }
        if (without_time > 0)
            plan_.told.push_back(std::to_string(without_time) +
                                 " results have no time there: they get that of moving in.");
    }

    struct Lesson {
        std::string key, title, session;
    };

    Source& source_;
    Plan plan_;
    std::string school_;
    std::map<std::string, std::string> nicknames_;
    std::map<std::string, Lesson> lessons_;
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> times_; // of sessions: from, to
};

} // namespace

Plan plan_of_django(Source& source, const std::string& only) {
    return Django(source, only).read();
}

} // namespace app::moving_in
