// A prepared statement in use. Domain SQL goes through Read::query and Tx::run; the statement is cached by its connection,
// bound, stepped, and reset when this object ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3_stmt;

namespace store {

class Connection;

// SQL of the program's own text. The cache knows it by its address, so it has to be a literal (or a constexpr array):
// anything put together at run time does not compile here and goes through Read::query_text. Of two literals choose by
// `flag ? Sql("...") : Sql("...")`.
class Sql {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a literal should do where SQL is wanted
    consteval Sql(const char* literal) : text_(literal) {}
    const char* text() const { return text_; }

private:
    const char* text_;
};

// Marks bytes that are bound as a BLOB instead of TEXT.
struct Blob {
    std::string_view bytes;
};

class Statement {
public:
    // Whose bytes text and blobs are: the caller's, which then must outlive the statement, or a copy.
    enum class Bytes { borrowed, copied };

    Statement(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    // Positions from 1.
    void bind(int position, std::nullptr_t);
    void bind(int position, std::nullopt_t) { bind(position, nullptr); }
    void bind(int position, std::string_view text);
    void bind(int position, double value);
    void bind(int position, Blob blob);
    void bind_integer(int position, std::int64_t value);
    template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
    void bind(int position, T value) { bind_integer(position, static_cast<std::int64_t>(value)); }
    template <class T>
    void bind(int position, const std::optional<T>& value) {
        if (value)
            bind(position, *value);
        else
            bind(position, nullptr);
    }
    // All of them at once: another number of values than the SQL has parameters is Error internal.
    template <class... Values>
    void bind_all(const Values&... values) {
        check_parameters(sizeof...(values));
        int position = 0;
        (bind(++position, values), ...);
    }

    // True while there is a row. Throws platform::Error: conflict for a unique constraint, storage_full, unavailable, internal.
    bool step();

    // Columns from 0, of the row that step() stands on. Views live until the next step.
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string_view text(int column) const; // also blobs
    bool is_null(int column) const;
    std::optional<std::int64_t> optional_integer(int column) const;
    std::optional<double> optional_real(int column) const;
    std::optional<std::string> optional_text(int column) const;
    std::string string(int column) const { return std::string(text(column)); }
    bool boolean(int column) const { return integer(column) != 0; }

private:
    friend class Connection;
    // `busy` is the cache's mark that somebody uses the statement; without one the statement ends with this object.
    Statement(Connection& connection, sqlite3_stmt* statement, bool* busy, Bytes bytes)
        : connection_(&connection), statement_(statement), busy_(busy), bytes_(bytes) {}
    void check(int code);
    void check_parameters(std::size_t values) const;

    Connection* connection_;
    sqlite3_stmt* statement_;
    bool* busy_;
    Bytes bytes_;
    bool finished_ = false;
};

} // namespace store
