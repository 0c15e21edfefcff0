// Scenarios: what is trained. A change makes a new version, which never changes again; a run keeps the
// version that it ran. A scenario that runs or lessons refer to is archived rather than deleted.
//
// A scenario travels between boxes as one JSON file. The file names it by its public id, and likewise the
// scenarios that must be completed first.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "platform/ids.h"
#include "platform/random.h"
#include "scenarios/content.h"
#include "store/page.h"
#include "store/transaction.h"

namespace scenarios {

struct Scenario {
    ScenarioId id;
    OrganisationId organisation_id;
    std::string public_id;
    std::int64_t version = 1; // the version that `content` is of
    bool archived = false;
    std::int64_t created_ms = 0, changed_ms = 0;
    Content content;
    std::vector<ScenarioId> prerequisites; // to be completed first
};

struct ScenarioFilter {
    std::optional<Difficulty> difficulty;
    std::optional<bool> active;
    std::string text; // part of the title
};

struct ScenarioVersion {
    std::int64_t id = 0; // its number
    std::optional<PersonId> created_by;
    std::int64_t created_ms = 0;
};
inline auto columns_of(ScenarioVersion& version) {
    return std::tie(version.id, version.created_by, version.created_ms);
}

// How a scenario appears inside other objects.
struct ScenarioReference {
    ScenarioId id;
    std::string title;
    std::int64_t version = 0;
};
inline auto columns_of(ScenarioReference& scenario) {
    return std::tie(scenario.id, scenario.title, scenario.version);
}

class Scenarios {
public:
    static constexpr std::int64_t most = 1000; // of one organisation, so that scenarios cannot fill the disk
    static constexpr std::size_t most_prerequisites = 20;

    explicit Scenarios(platform::Random& random) : random_(random) {}

    // Finds archived ones too; gives the newest version.
    std::optional<Scenario> find(store::Read& read, OrganisationId organisation_id, ScenarioId id) const;
    Scenario get(store::Read& read, OrganisationId organisation_id, ScenarioId id) const; // Error not_found
    std::optional<Scenario> find_public(store::Read& read, OrganisationId organisation_id,
                                        std::string_view public_id) const;
    // Searches only those not archived.
    std::optional<Scenario> find_title(store::Read& read, OrganisationId organisation_id,
                                       std::string_view title) const;
    // The scenario as it was in that version. Error not_found.
    Scenario get_version(store::Read& read, OrganisationId organisation_id, ScenarioId id,
                         std::int64_t version) const;
    store::Page<Scenario> list(store::Read& read, OrganisationId organisation_id,
                               const ScenarioFilter& filter,
                               const store::PageRequest& page) const; // newest first
    store::Page<ScenarioVersion> versions(store::Read& read, OrganisationId organisation_id, ScenarioId id,
                                          const store::PageRequest& page) const; // newest first

    // Error invalid names every fault of the content; conflict: the title is taken; not_found: a prerequisite
    // does not exist. An empty `public_id` stands for a random one.
    Scenario add(store::Tx& tx, OrganisationId organisation_id, const Content& content,
                 const std::vector<ScenarioId>& prerequisites, std::optional<PersonId> created_by,
                 const std::string& public_id = "");
    // Makes the next version; when nothing differs, the scenario stays as it is. Error conflict also when the
    // prerequisites would form a circle.
    Scenario change(store::Tx& tx, OrganisationId organisation_id, ScenarioId id, const Content& content,
                    const std::vector<ScenarioId>& prerequisites, std::optional<PersonId> changed_by);
    // Deletes it when nothing refers to it, else archives it.
    void remove(store::Tx& tx, OrganisationId organisation_id, ScenarioId id);

    // Export as one file, and import: a scenario that is here already gets a new version (and leaves the
    // archive). Error invalid names prerequisites that are not here.
    nlohmann::json file_of(store::Read& read, const Scenario& scenario) const;
    Scenario import(store::Tx& tx, OrganisationId organisation_id, const nlohmann::json& file,
                    std::optional<PersonId> created_by);

private:
    std::vector<ScenarioId> prerequisites_of(store::Read& read, ScenarioId id) const;
    Scenario with_prerequisites(store::Read& read, Scenario scenario) const;
    std::optional<Scenario> one(store::Read& read, store::Statement rows) const;
    void refuse_faults(store::Read& read, OrganisationId organisation_id, ScenarioId id,
                       const Content& content, const std::vector<ScenarioId>& prerequisites) const;
    void refuse_circle(store::Read& read, ScenarioId id, const std::vector<ScenarioId>& prerequisites) const;
    void write_version(store::Tx& tx, const Scenario& scenario, std::optional<PersonId> by);

    platform::Random& random_;
};

nlohmann::json json_of(const Scenario& scenario);
nlohmann::json json_of(const ScenarioReference& reference);
nlohmann::json json_of(const std::optional<ScenarioReference>& reference); // null when there is none

} // namespace scenarios
