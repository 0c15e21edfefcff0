// Reads the columns of a row, one after the other, into variables of the right types. Nobody has to count
// columns:
//
//     rows.read(device.id, device.serial_number, device.battery, device.wearer);
//     const auto [id, name] = rows.values<RoomId, std::string>();
//
// A variable may be an integer, a double, a bool, a std::string, a std::string_view (valid until the next
// step), an id, an enum that has names (platform/names.h), an optional of these (empty for NULL),
// std::ignore, or a function that takes the column's text. It may also be a struct that says which of its
// members are columns, by a function beside it:
//
//     inline auto columns_of(PersonReference& person) { return std::tie(person.id, person.nickname); }
//
// An optional struct is empty when its first column is NULL.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "platform/error.h"
#include "platform/names.h"

namespace store {

template <class T>
concept HasColumns = requires(T& target) {
    columns_of(target);
};

// Whether the column holds a value for this variable.
struct NotNull {
    bool& target;
};
inline NotNull not_null(bool& target) {
    return {target};
}

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_tuple = false;
template <class... Parts>
inline constexpr bool is_tuple<std::tuple<Parts...>> = true;
template <class T>
inline constexpr bool always_false = false;
// An id type: made explicitly from an integer, and gives it back.
template <class T>
inline constexpr bool is_id = requires(const T& id) {
    T(std::int64_t{});
    { id.value() } -> std::same_as<std::int64_t>;
};

} // namespace detail

// Row is a Statement; statement.h includes this header, so it cannot be named here.
template <class Row>
class Columns {
public:
    explicit Columns(const Row& row) : row_(row) {}

    template <class... Targets>
    int read(Targets&&... targets) {
        (read_one(targets), ...);
        return next_;
    }

private:
    template <class T>
    void read_one(T& target) {
        if constexpr (std::is_same_v<T, const std::remove_cvref_t<decltype(std::ignore)>>) {
            ++next_;
        } else if constexpr (std::is_same_v<T, NotNull>) {
            target.target = !row_.is_null(next_++);
        } else if constexpr (detail::is_optional<T>) {
            read_optional(target);
        } else if constexpr (HasColumns<T>) {
            read_tuple(columns_of(target));
        } else if constexpr (detail::is_tuple<T>) {
            read_tuple(target);
        } else {
            read_value(target, next_++);
        }
    }

    template <class T>
    void read_value(T& target, int column) const {
        if constexpr (std::is_same_v<T, bool>) {
            target = row_.boolean(column);
        } else if constexpr (std::is_integral_v<T>) {
            target = static_cast<T>(row_.integer(column));
        } else if constexpr (std::is_floating_point_v<T>) {
            target = static_cast<T>(row_.real(column));
        } else if constexpr (std::is_same_v<T, std::string>) {
            target.assign(row_.text(column));
        } else if constexpr (std::is_same_v<T, std::string_view>) {
            target = row_.text(column);
        } else if constexpr (detail::is_id<T>) {
            target = T(row_.integer(column));
        } else if constexpr (platform::Named<T>) {
            target = enum_of<T>(row_.text(column));
        } else if constexpr (std::is_invocable_v<T&, std::string_view>) {
            target(row_.text(column));
        } else {
            static_assert(detail::always_false<T>, "no column is read into this type");
        }
    }

    template <class T>
    static T enum_of(std::string_view name) {
        if (const std::optional<T> value = platform::named<T>(name)) return *value;
        throw platform::Error(platform::ErrorKind::internal,
                              "A column says '" + std::string(name) + "', which its enum does not know.");
    }

    template <class T>
    void read_optional(std::optional<T>& target) {
        if (row_.is_null(next_)) {
            target.reset();
            next_ += width<T>();
        } else {
            read_one(target.emplace());
        }
    }

    template <class Tuple>
    void read_tuple(Tuple&& parts) {
        std::apply([this](auto&... each) { (read_one(each), ...); }, parts);
    }

    // The number of columns that a variable takes.
    template <class T>
    static constexpr int width() {
        if constexpr (detail::is_optional<T>)
            return width<typename T::value_type>();
        else if constexpr (HasColumns<T>)
            return width<decltype(columns_of(std::declval<T&>()))>();
        else if constexpr (detail::is_tuple<T>)
            return width_of(static_cast<T*>(nullptr));
        else
            return 1;
    }
    template <class... Parts>
    static constexpr int width_of(std::tuple<Parts...>*) {
        return (0 + ... + width<std::remove_cvref_t<Parts>>());
    }

    const Row& row_;
    int next_ = 0;
};

} // namespace store
