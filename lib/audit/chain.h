// The chain of the audit log: each row's hash is an HMAC, with the audit key, of the row's own fields and
// the hash of the row before. Three more things are signed with the key:
//
// - the anchor: the last row that was removed because it was old. The chain goes on from there.
// - the seal: from which row on hashes are keyed. Rows from before there was a key have plain hashes, which
//   anybody can compute; the seal holds the last of them, and with it all of them. It also says up to which
//   row nobody checks anything, because an administrator went on without a key that was lost, or with rows
//   cut.
// - the head (head.h): the newest row, outside the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "audit/key.h"
#include "store/transaction.h"

namespace audit {

struct Entry;

struct Link {
    std::int64_t id = 0;
    std::string hash;
};
inline auto columns_of(Link& link) {
    return std::tie(link.id, link.hash);
}

struct Seal {
    std::int64_t plain_to = 0, unchecked_to = 0; // ids of rows, the last of each kind; 0: there are none
    std::string hash;                            // of the last row that is not keyed

    std::int64_t unkeyed_to() const { return plain_to > unchecked_to ? plain_to : unchecked_to; }
};

// How a row that was never keyed is hashed: with BLAKE2b.
std::string plain_hash(const std::string& previous, std::int64_t id, const Entry& entry);
std::string keyed_hash(const Key& key, const std::string& previous, std::int64_t id, const Entry& entry);

// Id 0 and no hash where there is none.
Link anchor(store::Read& read);
bool anchor_fits(store::Read& read, const Key& key); // also where there is none
void move_anchor(store::Tx& tx, const Key& key, const Link& link);
void sign_anchor(store::Tx& tx, const Key& key); // the one that there is, if any

// The newest row, or the anchor when all are gone.
Link newest(store::Read& read);

// A database from before there was a key has no place for a seal, until it is upgraded.
bool has_place_for_seal(store::Read& read);
std::optional<Seal> seal(store::Read& read);
bool seal_fits(store::Read& read, const Key& key); // false where there is none
void set_seal(store::Tx& tx, const Key& key, const Seal& seal);
// Nothing up to the newest row is checked any more.
void seal_anew(store::Tx& tx, const Key& key);

} // namespace audit
