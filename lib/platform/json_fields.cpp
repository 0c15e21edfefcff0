#include "platform/json_fields.h"

#include "platform/error.h"
#include "platform/text.h"

namespace platform {

const JsonFields::Json& JsonFields::json(std::string_view name) const {
    static const Json none;
    if (object_ == nullptr) return none;
    const auto found = object_->find(name);
    return found == object_->end() ? none : *found;
}

bool JsonFields::has(std::string_view name) const {
    return object_ != nullptr && object_->contains(name);
}

std::string JsonFields::path(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

std::string JsonFields::trimmed(std::string_view name) const {
    return std::string(platform::trimmed(get<std::string_view>(name)));
}

std::string JsonFields::filled(std::string_view name) const {
    std::string kept = trimmed(name);
    if (kept.empty()) throw_invalid(path(name), "must not be empty");
    return kept;
}

std::optional<std::string> JsonFields::find_filled(std::string_view name) const {
    return json(name).is_null() ? std::nullopt : std::optional(filled(name));
}

JsonFields JsonFields::object(std::string_view name) const {
    if (auto found = find_object(name)) return *std::move(found);
    throw_missing(name);
}

std::optional<JsonFields> JsonFields::find_object(std::string_view name) const {
    const Json& value = json(name);
    if (value.is_null()) return std::nullopt;
    if (!value.is_object()) throw_unfit({*this, name}, "an object");
    return JsonFields(value, path(name));
}

std::vector<JsonFields> JsonFields::objects(std::string_view name) const {
    if (json(name).is_null()) throw_missing(name);
    return find_objects(name);
}

std::vector<JsonFields> JsonFields::find_objects(std::string_view name) const {
    const Json& value = json(name);
    if (value.is_null()) return {};
    std::vector<JsonFields> items;
    items.reserve(value.size());
    for (const Json& item : list(value, {*this, name})) {
        if (!item.is_object()) throw_unfit({*this, name, items.size()}, "an object");
        items.emplace_back(item, path(name) + "[" + std::to_string(items.size()) + "]");
    }
    return items;
}

std::int64_t JsonFields::integer(const Json& value, const Place& place, std::int64_t least,
                                 std::int64_t most) {
    if (!value.is_number_integer()) throw_unfit(place, "an integer");
    const bool too_large = value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX;
    const auto number = value.get<std::int64_t>();
    if (too_large || number < least || number > most)
        throw_unfit(place, "an integer from " + std::to_string(least) + " to " + std::to_string(most));
    return number;
}

double JsonFields::number(const Json& value, const Place& place) {
    if (!value.is_number()) throw_unfit(place, "a number");
    return value.get<double>();
}

bool JsonFields::truth(const Json& value, const Place& place) {
    if (!value.is_boolean()) throw_unfit(place, "true or false");
    return value.get<bool>();
}

const std::string& JsonFields::text(const Json& value, const Place& place) {
    if (!value.is_string()) throw_unfit(place, "a text");
    return value.get_ref<const std::string&>();
}

const JsonFields::Json& JsonFields::list(const Json& value, const Place& place) {
    if (!value.is_array()) throw_unfit(place, "a list");
    return value;
}

void JsonFields::throw_missing(std::string_view name) const {
    throw_invalid(path(name), "is required");
}

void JsonFields::throw_unfit(const Place& place, const std::string& expected) {
    std::string path = place.fields.path(place.name);
    if (place.index) path += "[" + std::to_string(*place.index) + "]";
    throw_invalid(path, "must be " + expected);
}

} // namespace platform
