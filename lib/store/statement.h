// A prepared statement in use. Domain SQL goes through Read::query and Tx::run. The statement is cached by
// its connection, bound, stepped, and reset when this object ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "platform/ids.h"
#include "platform/names.h"
#include "store/columns.h"
#include "store/sql.h"

struct sqlite3_stmt;

namespace store {

class Connection;

// Marks bytes that are bound as a BLOB instead of TEXT.
struct Blob {
    std::string_view bytes;
};

template <class T>
concept BoundAsInteger = (std::is_enum_v<T> && !platform::Named<T>) || std::is_integral_v<T>;

class Statement {
public:
    // Who owns the bytes of texts and blobs: the caller (then they must outlive the statement), or the
    // statement, which copies them.
    enum class Bytes { borrowed, copied };

    Statement(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    // Positions count from 1.
    void bind(int position, std::nullptr_t);
    void bind(int position, std::nullopt_t) { bind(position, nullptr); }
    void bind(int position, std::string_view text);
    void bind(int position, double value);
    void bind(int position, Blob blob);
    void bind_integer(int position, std::int64_t value);
    template <BoundAsInteger T>
    void bind(int position, T value) {
        bind_integer(position, static_cast<std::int64_t>(value));
    }
    template <platform::Named T>
    void bind(int position, T value) {
        bind(position, platform::name_of(value));
    }
    template <class Tag>
    void bind(int position, platform::Id<Tag> id) {
        bind_integer(position, id.value());
    }
    template <class T>
    void bind(int position, const std::optional<T>& value) {
        if (value)
            bind(position, *value);
        else
            bind(position, nullptr);
    }
    // All of them at once. Throws Error internal unless there is one value for each parameter of the SQL.
    template <class... Values>
    void bind_all(const Values&... values) {
        check_parameters(sizeof...(values));
        int position = 0;
        (bind(++position, values), ...);
    }

    // True while there is a row. Throws platform::Error: conflict for a unique constraint, storage_full,
    // unavailable, internal.
    bool step();

    // Reads the row that step() stands on, all its columns in order; columns.h lists what they may be read
    // into. Throws Error internal unless the targets take as many columns as the SQL has.
    template <class... Targets>
    void read(Targets&&... targets) const {
        check_columns(Columns<Statement>(*this).read(targets...));
    }
    template <class... Values>
    auto values() const {
        std::tuple<Values...> all;
        std::apply([this](auto&... each) { read(each...); }, all);
        if constexpr (sizeof...(Values) == 1)
            return std::get<0>(std::move(all));
        else
            return all;
    }

    // Columns count from 0. Views live until the next step.
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string_view text(int column) const; // also blobs
    bool is_null(int column) const;
    std::optional<std::int64_t> optional_integer(int column) const;
    std::optional<double> optional_real(int column) const;
    std::optional<std::string> optional_text(int column) const;
    std::string string(int column) const { return std::string(text(column)); }
    bool boolean(int column) const { return integer(column) != 0; }
    template <class AnId>
    AnId id(int column) const {
        return AnId(integer(column));
    }
    template <class AnId>
    std::optional<AnId> optional_id(int column) const {
        if (is_null(column)) return std::nullopt;
        return AnId(integer(column));
    }

private:
    friend class Connection;
    // `busy` is the cache's mark that the statement is in use; without one the statement ends with this
    // object.
    Statement(Connection& connection, sqlite3_stmt* statement, bool* busy, Bytes bytes)
        : connection_(&connection), statement_(statement), busy_(busy), bytes_(bytes) {}
    void check(int code);
    void check_parameters(std::size_t values) const;
    void check_columns(int read) const;

    Connection* connection_;
    sqlite3_stmt* statement_;
    bool* busy_;
    Bytes bytes_;
    bool finished_ = false;
};

} // namespace store
