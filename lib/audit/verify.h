// Is the audit log whole? Answered from the database, the audit key and the head.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "audit/chain.h"
#include "audit/key.h"
#include "store/transaction.h"

namespace audit {

// Taken before the database is read: the log may be longer than the head says, but not shorter.
struct Evidence {
    std::optional<Key> key;
    bool key_damaged = false;
    std::optional<std::string> head; // the file's bytes
    Link told;                       // the newest row that a running server has on disk; id 0: none runs
};
Evidence evidence_in(const std::filesystem::path& folder);

struct Verification {
    bool intact = true;
    std::int64_t rows = 0;
    std::int64_t first_bad_id = 0; // the first row whose hash does not follow from the row before; 0: none
    std::string fault;             // in words, for people; "" when intact
    std::int64_t unchecked_to = 0; // an administrator went on: nobody can tell about rows up to this one
    bool has_head = false;         // of an intact log; false: the next start begins one
};

// Reads the whole log: for "lectern doctor" and for an administrator who asks, not for every start.
Verification verify(store::Read& read, const Evidence& evidence);

// Only whether the key, the seal and the anchor fit, and the log holds its head: for each start. "": it does.
std::string fault_at_head(store::Read& read, const Evidence& evidence);

} // namespace audit
