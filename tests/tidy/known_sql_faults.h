// The faults that sql_ownership_test.cpp still tolerates, each as often as it occurs. Remove what you fix;
// add nothing.
#pragma once

#include <array>
#include <string_view>

namespace tidy {

inline constexpr std::array<std::string_view, 29> known_sql_faults = {
    "settings.cpp writes settings of store",
    "backup.cpp reads contents of courses",
    "query.cpp reads devices of devices",
    "query.cpp reads persons of people",
    "query.cpp reads site_keys of people",
    "lesson.cpp reads scenarios of scenarios",
    "timetable.cpp reads rooms of rooms",
    "wire.cpp writes training_codes of trainings",
    "people.cpp writes pairing_requests of devices",
    "setup.cpp writes settings of store",
    "setup.cpp writes settings of store",
    "privacy.cpp reads training_notes of trainings",
    "privacy.cpp reads trainings of trainings",
    "privacy.cpp writes training_notes of trainings",
    "privacy.cpp writes trainings of trainings",
    "run.cpp reads trainings of trainings",
    "run.cpp writes trainings of trainings",
    "run.cpp writes trainings of trainings",
    "scenario.cpp reads lessons of courses",
    "scenario.cpp reads runs of runs",
    "training.cpp writes runs of runs",
    "training.cpp writes runs of runs",
    "schema.sql achievements.run_id ON DELETE SET NULL with runs of runs",
    "schema.sql chat_messages.run_id ON DELETE CASCADE with runs of runs",
    "schema.sql experience.run_id ON DELETE CASCADE with runs of runs",
    "schema.sql runs.seat_id ON DELETE SET NULL with seats of rooms",
    "schema.sql sessions.room_id ON DELETE SET NULL with rooms of rooms",
    "schema.sql timetable.room_id ON DELETE SET NULL with rooms of rooms",
    "schema.sql trainings.run_id ON DELETE CASCADE with runs of runs",
};

} // namespace tidy
