// Full-text search over the knowledge base of a scenario, in SQLite's own index. It is put there once, when
// its first conversation begins, a few entries a job, under a hash of what it says: so an index never goes
// stale, and versions of a scenario that know the same share it.
//
// An entry counts by how much of the question it covers: each word weighs by how rare it is in this knowledge
// base, and a word that is nowhere in it weighs most. So the result depends on nothing outside the scenario.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "chat/embedded_persona.h"
#include "store/transaction.h"

namespace chat {

class Knowledge {
public:
    static constexpr std::size_t entries_a_job = 16;

    // By which word the index knows it.
    static std::string scope_of(const KnowledgeBase& knowledge);
    // How many of its entries are in the index; it is complete when that is all of them.
    std::int64_t indexed_of(store::Read& read, std::string_view scope) const;
    // Adds the next few. Whoever indexes calls it until it says that there are no more.
    bool index_some(store::Tx& tx, std::string_view scope, const KnowledgeBase& knowledge);
    // The entry that covers most of the message, the first of several; nothing when none has a word of it.
    std::optional<Finding> search(store::Read& read, std::string_view scope, std::size_t entries,
                                  std::string_view message) const;
};

} // namespace chat
