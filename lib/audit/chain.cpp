#include "audit/chain.h"

#include <sodium.h>

#include "audit/log.h"
#include "platform/crypto.h"

namespace audit {

namespace {

// The fields of what is hashed: each text has its length before it, so no two rows read the same.
class Bytes {
public:
    Bytes() { bytes_.reserve(320); }
    Bytes& add(std::string_view text) {
        add(static_cast<std::int64_t>(text.size()));
        bytes_.append(text);
        return *this;
    }
    Bytes& add(std::int64_t value) {
        for (std::size_t i = 0; i < 8; ++i)
            bytes_ +=
                static_cast<char>(static_cast<unsigned char>(static_cast<std::uint64_t>(value) >> (8 * i)));
        return *this;
    }
    const std::string& all() const { return bytes_; }

private:
    std::string bytes_;
};

Bytes bytes_of(const std::string& previous, std::int64_t id, const Entry& entry) {
    Bytes bytes;
    bytes.add(previous).add(id).add(entry.at_ms);
    // A missing value (a stranger has no person) is null in the table and 0 here.
    bytes.add(entry.caller.organisation_id.value()).add(entry.caller.person_id.value());
    bytes.add(entry.caller.device_id.value()).add(entry.caller.site_key_id.value());
    bytes.add(entry.action).add(entry.path).add(entry.target);
    bytes.add(entry.status).add(entry.error).add(entry.times);
    return bytes;
}

std::string anchor_mac(const Key& key, const Link& link) {
    return key.mac("anchor", Bytes().add(link.id).add(link.hash).all());
}

std::string seal_mac(const Key& key, const Seal& seal) {
    return key.mac("seal", Bytes().add(seal.plain_to).add(seal.unchecked_to).add(seal.hash).all());
}

} // namespace

std::string plain_hash(const std::string& previous, std::int64_t id, const Entry& entry) {
    const Bytes bytes = bytes_of(previous, id, entry);
    std::string hash(crypto_generichash_BYTES, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                       reinterpret_cast<const unsigned char*>(bytes.all().data()), bytes.all().size(),
                       nullptr, 0);
    return hash;
}

std::string keyed_hash(const Key& key, const std::string& previous, std::int64_t id, const Entry& entry) {
    return key.mac("row", bytes_of(previous, id, entry).all());
}

Link anchor(store::Read& read) {
    auto rows = read.query("SELECT row_id, hash FROM audit_anchor");
    return rows.step() ? rows.values<Link>() : Link{};
}

bool anchor_fits(store::Read& read, const Key& key) {
    auto rows = read.query("SELECT row_id, hash, mac FROM audit_anchor");
    if (!rows.step()) return true;
    const auto [link, mac] = rows.values<Link, std::string>();
    return platform::equal_in_constant_time(mac, anchor_mac(key, link));
}

void move_anchor(store::Tx& tx, const Key& key, const Link& link) {
    tx.run(
        "INSERT INTO audit_anchor (one, row_id, hash, mac) VALUES (1, ?1, ?2, ?3)"
        " ON CONFLICT (one) DO UPDATE SET row_id = ?1, hash = ?2, mac = ?3",
        link.id, store::Blob{link.hash}, store::Blob{anchor_mac(key, link)});
}

void sign_anchor(store::Tx& tx, const Key& key) {
    if (tx.integer("SELECT 1 FROM audit_anchor")) move_anchor(tx, key, anchor(tx));
}

Link newest(store::Read& read) {
    auto rows = read.query("SELECT id, hash FROM audit_log ORDER BY id DESC LIMIT 1");
    return rows.step() ? rows.values<Link>() : anchor(read);
}

bool has_place_for_seal(store::Read& read) {
    return read.integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'audit_seal'")
        .has_value();
}

std::optional<Seal> seal(store::Read& read) {
    if (!has_place_for_seal(read)) return std::nullopt;
    auto rows = read.query("SELECT plain_to, unchecked_to, hash FROM audit_seal");
    if (!rows.step()) return std::nullopt;
    Seal found;
    rows.read(found.plain_to, found.unchecked_to, found.hash);
    return found;
}

bool seal_fits(store::Read& read, const Key& key) {
    const auto found = seal(read);
    if (!found) return false;
    auto rows = read.query("SELECT mac FROM audit_seal");
    return rows.step() && platform::equal_in_constant_time(rows.values<std::string>(), seal_mac(key, *found));
}

void set_seal(store::Tx& tx, const Key& key, const Seal& seal) {
    tx.run(
        "INSERT INTO audit_seal (one, plain_to, unchecked_to, hash, mac) VALUES (1, ?1, ?2, ?3, ?4)"
        " ON CONFLICT (one) DO UPDATE SET plain_to = ?1, unchecked_to = ?2, hash = ?3, mac = ?4",
        seal.plain_to, seal.unchecked_to, store::Blob{seal.hash}, store::Blob{seal_mac(key, seal)});
}

void seal_anew(store::Tx& tx, const Key& key) {
    const Link last = newest(tx);
    sign_anchor(tx, key);
    set_seal(tx, key, {.plain_to = 0, .unchecked_to = last.id, .hash = last.hash});
}

} // namespace audit
