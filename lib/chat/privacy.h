// Conversations and the people who had them: what is handed out, erased, and kept for how long.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "people/privacy.h"
#include "store/transaction.h"

namespace chat {

// What was said in a person's runs, and what a teacher said in others'.
void export_conversations(store::Read& read, std::int64_t organisation_id, std::int64_t person_id,
                          std::vector<people::Privacy::File>& files);

// A chunk: what was said in a person's runs goes, also where the runs stay, because words tell who spoke.
// What a teacher said to students stays, nobody's. True when nothing is left. `on_forgotten` is told each run
// whose conversation went.
bool erase_conversations(store::Tx& tx, std::int64_t organisation_id, std::int64_t person_id,
                         const std::function<void(std::int64_t run_id)>& on_forgotten);

// What was said is kept for as long as events are.
class Retention {
public:
    bool work(store::Tx& tx); // a chunk; true at the end of a pass

private:
    std::int64_t reached_ = 0; // the newest message looked at in this pass; touched by the writer only
};

} // namespace chat
