// One table of names for each enum: the names of its values in the database, in JSON and in paths. The table
// stands beside the enum, in the enum's own namespace:
//
//     enum class SeatStatus { vacant, occupied };
//     constexpr auto names_of(SeatStatus) {
//         return platform::names<SeatStatus>(
//             {{SeatStatus::vacant, "vacant"}, {SeatStatus::occupied, "occupied"}});
//     }
//
// Then platform::name_of(status) and platform::named<SeatStatus>(text) work, and columns hold the name.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

namespace platform {

template <class Enum>
struct Name {
    Enum value;
    std::string_view name;
};

template <class Enum, std::size_t Count>
constexpr std::array<Name<Enum>, Count> names(const Name<Enum> (&table)[Count]) {
    return std::to_array(table);
}

template <class Enum>
concept Named = std::is_enum_v<Enum> && requires(Enum value) {
    names_of(value);
};

// A value missing from the table is a mistake in the program, so it has no name.
template <Named Enum>
constexpr std::string_view name_of(Enum value) {
    for (const auto& [known, name] : names_of(value))
        if (known == value) return name;
    return {};
}

template <Named Enum>
constexpr std::optional<Enum> named(std::string_view name) {
    for (const auto& [value, known] : names_of(Enum{}))
        if (known == name) return value;
    return std::nullopt;
}

} // namespace platform
