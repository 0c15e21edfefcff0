// Carries out a Plan (plan.h). Preview and write decide by the same code what becomes of each item: it is new, it is here
// already, or it is refused with a reason. Writing then adds the new ones, a few at a time, so that a lesson that is on
// goes on. It never changes anything that is here already, so a second run changes nothing.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/moving_in/values.h"
#include "app/services.h"
#include "http/serving/shape.h"
#include "people/rosters/import_fate.h"
#include "platform/json_fields.h"

namespace app::moving_in {

using platform::JsonFields;

class Report {
public:
    static constexpr std::size_t most_listed = 100'000; // refused items; more are counted

    void add(const std::string& kind, std::size_t count = 1) { counts_[kind].added += count; }
    void here(const std::string& kind, std::size_t count = 1) { counts_[kind].here += count; }
    void refuse(const std::string& kind, const std::string& from, const std::string& reason);
    // {kinds: [{kind, new, here, refused}], refused: [{from, reason}], unlisted}
    Json json() const;

private:
    struct Counts {
        std::size_t added = 0, here = 0, refused = 0;
    };
    std::map<std::string, Counts> counts_;
    std::vector<std::pair<std::string, std::string>> refused_;
    std::size_t unlisted_ = 0;
};

class BringIn {
public:
    // `write`: otherwise it is a preview.
    BringIn(Services& services, OrganisationId organisation_id, bool write)
        : services_(services), organisation_id_(organisation_id), write_(write) {}

    // Waits for the store: call it from workers only.
    Json run(const JsonFields& plan);

private:
    // Of something that other items refer to by its key: empty in a preview, while it is only coming.
    template <class AnId>
    using Known = std::map<std::string, std::optional<AnId>>;
    // Makes an item, in a transaction. It may be called again when others beside it failed.
    struct Making {
        std::string kind, from;
        std::function<void(store::Tx&)> make;
    };

    void make_all(const std::vector<Making>& all);
    void make_alone(const Making& one);
    bool is_unfit(const std::string& kind, const std::string& from, const http::Shape& shape,
                  const Json& value);

    // Whether an item before this one has that name; from now on one has.
    bool is_repeated(const std::string& kind, const std::string& from, const std::string& name);

    // ---- bring_in_people.cpp ----
    void people(const std::vector<JsonFields>& items);
    void take_person(store::Read& read, const JsonFields& item, people::RosterRow& row,
                     people::Roster& roster);
    void add_people(const people::Roster& roster, const std::map<std::int64_t, std::string>& from_by_row);
    void classes(const std::vector<JsonFields>& items);
    void class_members(store::Read& read, std::optional<ClassId> class_id, const JsonFields& item,
                       std::vector<Making>& makings);

    void headsets(const std::vector<JsonFields>& items);
    void rooms(const std::vector<JsonFields>& items);
    void scenarios(const std::vector<JsonFields>& items);
    bool take_scenario(store::Read& read, const JsonFields& item, std::vector<Making>& makings);
    void lessons(const std::vector<JsonFields>& items);

    // ---- bring_in_runs.cpp ----
    struct RunParts { // what a run refers to
        std::optional<PersonId> person_id;
        std::optional<DeviceId> device_id;
        std::optional<LessonId> lesson_id;
        std::optional<ScenarioId> scenario_id;
    };
    void runs(const std::vector<JsonFields>& items);
    std::string fault_of_run(const JsonFields& item) const; // "": it can be made
    RunParts parts_of(store::Read& read, const JsonFields& item) const;
    void make_run(store::Tx& tx, const JsonFields& item) const;
    void events(const JsonFields& item);
    void take_events(const JsonFields& item, Json batch, std::size_t first);

    Services& services_;
    const OrganisationId organisation_id_;
    const bool write_;
    Report report_;
    Known<PersonId> people_;
    Known<DeviceId> headsets_;
    Known<ScenarioId> scenarios_;
    Known<LessonId> lessons_;
    std::map<std::string, std::string> nicknames_; // of people who are being added, by key
    std::set<std::string> staff_;                  // keys of people who are no students
    // Names and ids that items before have taken; what each names is in front of it.
    std::set<std::string> taken_;
};

} // namespace app::moving_in
