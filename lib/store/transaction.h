// What a domain method gets: a Read& to look, a Tx& to change. Only the writer makes a Tx and only the store
// makes a Read, so a method that takes one composes with everything else and never opens a transaction of its
// own.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "store/connection.h"
#include "store/statement.h"

namespace store {

class Read {
public:
    Read(Connection& connection, std::int64_t now_ms) : connection_(&connection), now_ms_(now_ms) {}

    //   auto rows = read.query("SELECT id, name FROM rooms WHERE organisation_id = ?", organisation);
    //   while (rows.step()) ... rows.integer(0) ...
    //
    // Values are copied, so the rows may outlive them. Leave the values out to bind them later.
    template <class... Values>
    Statement query(Sql sql, const Values&... values) {
        Statement statement = connection_->prepared(sql, Statement::Bytes::copied);
        if constexpr (sizeof...(values) > 0) statement.bind_all(values...);
        return statement;
    }
    // The first column of the first row, if there is a row.
    template <class... Values>
    std::optional<std::int64_t> integer(Sql sql, const Values&... values) {
        Statement statement = connection_->prepared(sql, Statement::Bytes::borrowed);
        statement.bind_all(values...);
        if (!statement.step()) return std::nullopt;
        return statement.optional_integer(0);
    }
    // The same for a column that holds an id: read.id<RoomId>("SELECT id FROM rooms WHERE ...", ...).
    template <class AnId, class... Values>
    std::optional<AnId> id(Sql sql, const Values&... values) {
        const std::optional<std::int64_t> found = integer(sql, values...);
        return found ? std::optional(AnId(*found)) : std::nullopt;
    }
    // For SQL put together at run time (filters); not cached. Never write a value into it: bind it.
    Statement query_text(const std::string& sql) { return connection_->prepare_once(sql); }

    // Server time, the same throughout a transaction.
    std::int64_t now_ms() const { return now_ms_; }

protected:
    Connection* connection_;
    std::int64_t now_ms_;
};

class Tx : public Read {
public:
    using Read::Read;
    Tx(const Tx&) = delete;
    Tx& operator=(const Tx&) = delete;

    // INSERT, UPDATE, DELETE: returns how many rows changed.
    template <class... Values>
    std::int64_t run(Sql sql, const Values&... values) {
        {
            Statement statement = connection_->prepared(sql, Statement::Bytes::borrowed);
            statement.bind_all(values...);
            while (statement.step()) {
            }
        }
        return connection_->changes();
    }
    // DELETE of a row that other modules' rows may refer to: only the database knows all of them. False, and
    // nothing has changed, while one does. With `run` such a DELETE is an Error conflict.
    template <class... Values>
    bool run_unless_referred(Sql sql, const Values&... values) {
        try {
            run(sql, values...);
            return true;
        } catch (const ReferenceError&) {
            return false;
        }
    }
    // INSERT: returns the new row's id.
    template <class AnId, class... Values>
    AnId insert(Sql sql, const Values&... values) {
        run(sql, values...);
        return AnId(connection_->last_insert_id());
    }

    // Runs on the writer thread once the group is on disk, before the answers leave: publish snapshots, tell
    // the hub. Announce nothing before that. Dropped if this request is rolled back.
    void after_commit(std::function<void()> work) { after_commit_.push_back(std::move(work)); }
    // Runs if this request is rolled back or the commit fails: undo what was already put into memory.
    void on_rollback(std::function<void()> work) { on_rollback_.push_back(std::move(work)); }
    // Runs in the same group after this request's savepoint is released or rolled back, in either case:
    // counts of failed tries, the audit row. If it fails itself, that is logged and spoils nothing else.
    void regardless(std::function<void(Tx&)> work) { regardless_.push_back(std::move(work)); }

private:
    friend class Group;
    std::vector<std::function<void()>> after_commit_;
    std::vector<std::function<void()>> on_rollback_;
    std::vector<std::function<void(Tx&)>> regardless_;
};

} // namespace store
