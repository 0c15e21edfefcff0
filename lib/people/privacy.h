// Exports or erases everything the box knows about a person. Other modules know more than this one: they
// register what exports or erases their part, and app connects them.
//
// Erasing takes the name away at once, in one transaction; whatever may be many rows goes afterwards in short
// jobs, whose progress is on disk. The audit log keeps ids, which by then mean nobody.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "people/people.h"
#include "platform/ids.h"
#include "store/transaction.h"

namespace people {

class Privacy {
public:
    explicit Privacy(People& people) : people_(people) {}

    struct File {
        std::string name, content;
    };
    using Exporter = std::function<void(store::Read&, OrganisationId organisation_id, PersonId person_id,
                                        std::vector<File>& files)>;
    // Some milliseconds of work; true when nothing of the person is left. With `remove_runs` the runs go,
    // otherwise they stay without a name.
    using Eraser =
        std::function<bool(store::Tx&, OrganisationId organisation_id, PersonId person_id, bool remove_runs)>;
    void add_exporter(Exporter exporter) { exporters_.push_back(std::move(exporter)); }
    void add_eraser(Eraser eraser) { erasers_.push_back(std::move(eraser)); }

    // A zip of JSON and CSV files.
    std::string export_zip(store::Read& read, OrganisationId organisation_id, PersonId person_id) const;
    // Error conflict for the last administrator.
    void erase(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool remove_runs);

    void load(store::Read& read); // at start: is anything left to erase?
    bool has_work() const { return has_work_; }
    void work(store::Tx& tx); // one chunk

private:
    People& people_;
    std::vector<Exporter> exporters_;
    std::vector<Eraser> erasers_;
    std::atomic<bool> has_work_{false};
};

} // namespace people
