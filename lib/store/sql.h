// SQL that is part of the program's own text. It is complete when the program is compiled: nothing that a
// caller sends can get into it, and its address identifies a statement.
#pragma once

#include <cstddef>

namespace store {

// A piece of SQL that several statements share, or a whole statement that deserves a name:
//
//     constexpr store::SqlText room_columns = R"sql(
//         SELECT id, name FROM rooms WHERE organisation_id = ?1)sql";
//     constexpr store::SqlText room_by_id = room_columns + " AND id = ?2";
//
// A joined text needs a name, at namespace scope or `static constexpr`. A temporary does not compile where an
// Sql is wanted.
template <std::size_t Size>
struct SqlText {
    char characters[Size] = {}; // with the closing zero

    constexpr SqlText() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): a literal should do
    consteval SqlText(const char (&literal)[Size]) {
        for (std::size_t i = 0; i < Size; ++i)
            characters[i] = literal[i];
    }
};

template <std::size_t Left, std::size_t Right>
consteval SqlText<Left + Right - 1> operator+(const SqlText<Left>& left, const SqlText<Right>& right) {
    SqlText<Left + Right - 1> joined;
    for (std::size_t i = 0; i < Left - 1; ++i)
        joined.characters[i] = left.characters[i];
    for (std::size_t i = 0; i < Right; ++i)
        joined.characters[Left - 1 + i] = right.characters[i];
    return joined;
}
template <std::size_t Left, std::size_t Right>
consteval auto operator+(const SqlText<Left>& left, const char (&right)[Right]) {
    return left + SqlText<Right>(right);
}
template <std::size_t Left, std::size_t Right>
consteval auto operator+(const char (&left)[Left], const SqlText<Right>& right) {
    return SqlText<Left>(left) + right;
}

// What Read::query and Tx::run take. The cache finds a statement by this address, so it has to be a literal
// or a constant. Anything put together at run time does not compile here and goes through Read::query_text.
// To choose between two literals, write `flag ? Sql("...") : Sql("...")`.
class Sql {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a literal should do where SQL is wanted
    consteval Sql(const char* literal) : text_(literal) {}
    template <std::size_t Size>
    // NOLINTNEXTLINE(google-explicit-constructor): and so should a named text
    consteval Sql(const SqlText<Size>& text) : text_(text.characters) {}
    const char* text() const { return text_; }

private:
    const char* text_;
};

} // namespace store
