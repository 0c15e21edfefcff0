// Full-text search over the knowledge base of a scenario, in SQLite's own index. A knowledge base is indexed
// once, when its first conversation begins, a few entries a job, under a hash of its content: so an index
// never goes stale, and versions of a scenario with the same knowledge share it.
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

    // The word under which the index knows a knowledge base.
    static std::string scope_of(const KnowledgeBase& knowledge);
    // How many of its entries are indexed; the index is complete when that is all of them.
    std::int64_t indexed_of(store::Read& read, std::string_view scope) const;
    // Adds the next few entries. The caller repeats it until it says that there are no more.
    bool index_some(store::Tx& tx, std::string_view scope, const KnowledgeBase& knowledge);
    // The entry that covers most of the message, the first of equals; nothing when none has a word of it.
    std::optional<Finding> search(store::Read& read, std::string_view scope, std::size_t entries,
                                  std::string_view message) const;
};

} // namespace chat
