// Reports as JSON and as CSV, in the shapes that insight_routes declares.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "insights/report.h"
#include "insights/results.h"
#include "platform/names.h"

namespace insights {

nlohmann::json report_json(const Report& report);
nlohmann::json debrief_json(const Report& report);
// One student's page. Of the others it holds only the class's medians, and nothing of where they looked.
nlohmann::json student_report_json(const Report& report, const StudentReport& student);
nlohmann::json run_insights_json(const Result& result, const runs::Rollup& rollup, const Slices& slices);
nlohmann::json json_of(const Result& result);
nlohmann::json json_of(const ClassResults& results);

// The tables of a report, as their addresses call them.
enum class Table { students, zones, targets, gaze, timeline, moments, funnel };
constexpr auto names_of(Table) {
    return platform::names<Table>({{Table::students, "students"},
                                   {Table::zones, "zones"},
                                   {Table::targets, "targets"},
                                   {Table::gaze, "gaze"},
                                   {Table::timeline, "timeline"},
                                   {Table::moments, "moments"},
                                   {Table::funnel, "funnel"}});
}
std::string report_csv(const Report& report, Table table);
// Error not_found for a table that only a whole session has.
std::string run_csv(const runs::Rollup& rollup, const Slices& slices, Table table);
std::string history_csv(const std::vector<Result>& history);
std::string class_csv(const ClassResults& results);

} // namespace insights
