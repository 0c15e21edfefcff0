// Reads the fields of a JSON object: of a request's body, of a message's data, of an item in a list.
//
//   const platform::JsonFields body = call.fields();
//   session.title = body.get<std::string>("title");
//   session.class_id = body.find<ClassId>("class_id");
//   for (const platform::JsonFields& seat : body.objects("seats"))
//       row = seat.get<int>("row");
//
// T is a std::string, a std::string_view (into the object), a bool, an integer, a double, an id
// (platform/ids.h), an enum with names (platform/names.h), or a vector of one of these. A field that doesn't
// fit is Error invalid, which names it by its path ("seats[2].row") and says what was expected. Most routes
// declare a shape, which refuses such a body before anybody reads it.
//
// This is a view: the object must outlive it. Reading never changes the object. A value that isn't an object
// has no fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "platform/ids.h"
#include "platform/names.h"

namespace platform {

template <class T>
inline constexpr bool is_vector = false;
template <class Item>
inline constexpr bool is_vector<std::vector<Item>> = true;

class JsonFields {
public:
    using Json = nlohmann::json;

    // `path` is where the object stands in the whole: "" for a body, "seats[2]" for an item.
    explicit JsonFields(const Json& object, std::string path = {})
        : object_(object.is_object() ? &object : nullptr), path_(std::move(path)) {}
    explicit JsonFields(const Json&& object, std::string path = {}) = delete;

    // It must be there. Error invalid.
    template <class T>
    T get(std::string_view name) const {
        const Json& value = json(name);
        if (value.is_null()) throw_missing(name);
        return read<T>(value, {*this, name});
    }
    // Nothing when it is absent or null.
    template <class T>
    std::optional<T> find(std::string_view name) const {
        const Json& value = json(name);
        return value.is_null() ? std::nullopt : std::optional<T>(read<T>(value, {*this, name}));
    }
    template <class T>
    T get_or(std::string_view name, T otherwise) const {
        const Json& value = json(name);
        return value.is_null() ? std::move(otherwise) : read<T>(value, {*this, name});
    }
    // For a change: nothing when it is absent, which leaves things as they are; an empty value when it is
    // null, which unsets it.
    template <class T>
    std::optional<std::optional<T>> find_nullable(std::string_view name) const {
        if (!has(name)) return std::nullopt;
        return std::make_optional<std::optional<T>>(find<T>(name));
    }
    // A text without surrounding blanks. It may be empty then.
    std::string trimmed(std::string_view name) const;
    // The same, of a name or a title: Error invalid when nothing is left.
    std::string filled(std::string_view name) const;
    std::optional<std::string> find_filled(std::string_view name) const; // nothing when it is absent or null

    JsonFields object(std::string_view name) const;
    std::optional<JsonFields> find_object(std::string_view name) const;
    std::vector<JsonFields> objects(std::string_view name) const;      // of a list, which must be there
    std::vector<JsonFields> find_objects(std::string_view name) const; // empty when it is absent or null

    // Whatever it is; null when it is absent.
    const Json& json(std::string_view name) const;
    bool has(std::string_view name) const; // true also where it is null
    std::size_t size() const { return object_ == nullptr ? 0 : object_->size(); }
    std::string path(std::string_view name) const; // "seats[2].row"

private:
    // Of a value. Its text is made only where an error needs it.
    struct Place {
        const JsonFields& fields;
        std::string_view name;
        std::optional<std::size_t> index = std::nullopt; // in a list
    };

    template <class T>
    static T read(const Json& value, const Place& place);
    static std::int64_t integer(const Json& value, const Place& place, std::int64_t least, std::int64_t most);
    static double number(const Json& value, const Place& place);
    static bool truth(const Json& value, const Place& place);
    static const std::string& text(const Json& value, const Place& place);
    static const Json& list(const Json& value, const Place& place);
    [[noreturn]] void throw_missing(std::string_view name) const;
    [[noreturn]] static void throw_unfit(const Place& place, const std::string& expected);

    const Json* object_; // null: there are no fields
    std::string path_;
};

template <class T>
T JsonFields::read(const Json& value, const Place& place) {
    if constexpr (is_vector<T>) {
        T items;
        items.reserve(value.size());
        for (const Json& item : list(value, place))
            items.push_back(read<typename T::value_type>(item, {place.fields, place.name, items.size()}));
        return items;
    } else if constexpr (std::is_same_v<T, bool>) {
        return truth(value, place);
    } else if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(number(value, place));
    } else if constexpr (is_id<T>) {
        return T(integer(value, place, INT64_MIN, INT64_MAX));
    } else if constexpr (std::is_integral_v<T>) {
        using Limits = std::numeric_limits<T>;
        constexpr bool wider = std::cmp_greater(Limits::max(), INT64_MAX);
        return static_cast<T>(integer(value, place, Limits::min(), wider ? INT64_MAX : Limits::max()));
    } else if constexpr (Named<T>) {
        if (const auto known = named<T>(text(value, place))) return *known;
        std::string words;
        for (const auto& [unused, name] : names_of(T{}))
            words.append(words.empty() ? "" : ", ").append(name);
        throw_unfit(place, "one of " + words);
    } else {
        return T(text(value, place));
    }
}

} // namespace platform
