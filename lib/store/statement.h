// A prepared statement in use. Domain SQL goes through Read::query and Tx::run; the statement is cached by its connection,
// bound, stepped, and reset when this object ends. SQL must be a string literal: the cache knows it by its address.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3_stmt;

namespace store {

// Marks bytes that are bound as a BLOB instead of TEXT.
struct Blob {
    std::string_view bytes;
};

class Statement {
public:
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
    Statement(Statement&& other) noexcept : statement_(other.statement_) { other.statement_ = nullptr; }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    // Positions from 1. Text and blobs are not copied: they must live until the statement ends.
    void bind(int position, std::nullptr_t);
    void bind(int position, std::nullopt_t) { bind(position, nullptr); }
    void bind(int position, std::string_view text);
    void bind(int position, double value);
    void bind_integer(int position, std::int64_t value);
    void bind_blob(int position, std::string_view bytes);
    void bind(int position, Blob blob) { bind_blob(position, blob.bytes); }
    template <class T>
        requires std::is_integral_v<T> || std::is_enum_v<T>
    void bind(int position, T value) {
        bind_integer(position, static_cast<std::int64_t>(value));
    }
    template <class T>
    void bind(int position, const std::optional<T>& value) {
        if (value) bind(position, *value);
        else bind(position, nullptr);
    }
    template <class... Values>
    void bind_all(const Values&... values) {
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
    std::optional<std::string> optional_text(int column) const;
    std::string string(int column) const { return std::string(text(column)); }
    bool boolean(int column) const { return integer(column) != 0; }

private:
    sqlite3_stmt* statement_;
};

} // namespace store
