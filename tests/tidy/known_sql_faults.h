// The faults that sql_ownership_test.cpp still tolerates, each as often as it occurs. Remove what you fix;
// add nothing.
#pragma once

#include <array>
#include <string_view>

namespace tidy {

inline constexpr std::array<std::string_view, 17> known_sql_faults = {
    "people.cpp writes pairing_requests of devices",
    "privacy.cpp reads training_notes of trainings",
    "privacy.cpp reads trainings of trainings",
    "privacy.cpp writes training_notes of trainings",
    "privacy.cpp writes trainings of trainings",
    "run.cpp reads trainings of trainings",
    "run.cpp writes trainings of trainings",
    "run.cpp writes trainings of trainings",
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
