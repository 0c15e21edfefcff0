// A small schema for tests of the store itself, and ways to look at it.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "platform/ids.h"
#include "store/store.h"

namespace notes {

using Id = platform::Id<struct NoteRow>;

inline constexpr std::string_view schema_sql =
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE replies (id INTEGER PRIMARY KEY, note_id INTEGER NOT NULL REFERENCES notes(id)) STRICT;";

inline store::Options options(const std::filesystem::path& folder) {
    store::Options options;
    options.folder = folder;
    options.schema = store::Schema{schema_sql, {}};
    return options;
}

inline Id add(store::Tx& tx, std::string_view text) {
    return tx.insert<Id>("INSERT INTO notes (text) VALUES (?)", text);
}

inline Id add(store::Store& store, std::string_view text) {
    return store.write("add", [&](store::Tx& tx) { return add(tx, text); });
}

inline std::int64_t count(store::Read& read) {
    return *read.integer("SELECT count(*) FROM notes");
}

inline std::int64_t count(store::Store& store) {
    return store.read([](store::Read& read) { return count(read); });
}

inline std::set<std::string> all(store::Store& store) {
    return store.read([](store::Read& read) {
        std::set<std::string> texts;
        for (auto rows = read.query("SELECT text FROM notes"); rows.step();)
            texts.insert(rows.string(0));
        return texts;
    });
}

// The first expected note that is missing; "" when all are there.
inline std::string first_lost(store::Store& store, const std::set<std::string>& expected) {
    const std::set<std::string> kept = all(store);
    for (const std::string& text : expected) {
        if (!kept.contains(text)) return text;
    }
    return "";
}

inline bool has(store::Store& store, std::string_view text) {
    return store.read([&](store::Read& read) {
        return read.integer("SELECT id FROM notes WHERE text = ?", text).has_value();
    });
}

inline std::string integrity(store::Store& store) {
    return store.read([](store::Read& read) {
        auto rows = read.query("PRAGMA integrity_check");
        return rows.step() ? rows.string(0) : "nothing";
    });
}

} // namespace notes
