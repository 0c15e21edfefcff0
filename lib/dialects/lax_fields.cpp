#include "dialects/lax_fields.h"

#include "platform/error.h"
#include "platform/text.h"

namespace dialects {

std::optional<FieldFault> text_fault(std::string_view text, std::size_t least, std::size_t most) {
    if (!platform::is_utf8(text)) return FieldFault::not_utf8;
    if (text.find('\0') != text.npos) return FieldFault::null_character;
    const std::size_t length = platform::utf8_length(text);
    if (length < least) return FieldFault::too_short;
    if (length > most) return FieldFault::too_long;
    return std::nullopt;
}

std::optional<std::int64_t> lax_integer(const nlohmann::json& value) {
    if (value.is_string()) return platform::parse_integer(value.get_ref<const std::string&>());
    if (!value.is_number_integer()) return std::nullopt;
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
    return value.get<std::int64_t>();
}

std::string text_if_any(const platform::JsonFields& fields, std::string_view name) {
    const auto* text = fields.json(name).get_ptr<const std::string*>();
    return text == nullptr ? "" : *text;
}

std::string LaxFields::optional_text(const char* name, std::size_t most) const {
    const auto& value = fields_.json(name);
    if (value.is_null()) return "";
    if (value.is_number_integer()) return value.dump();
    if (!value.is_string()) throw_fault(name, FieldFault::not_text, most);
    return item(value.get_ref<const std::string&>(), name, most);
}

std::string LaxFields::text(const char* name, std::size_t most) const {
    if (!fields_.has(name)) throw_fault(name, FieldFault::missing, most);
    std::string text = optional_text(name, most);
    if (text.empty()) throw_fault(name, FieldFault::blank, most);
    return text;
}

std::string LaxFields::item(std::string_view text, const char* name, std::size_t most) const {
    const std::string_view inside = platform::trimmed(text);
    if (const auto fault = text_fault(inside, 0, most)) throw_fault(name, *fault, most);
    return std::string(inside);
}

std::int64_t LaxFields::integer(const char* name) const {
    if (!fields_.has(name)) throw_fault(name, FieldFault::missing);
    const auto number = lax_integer(fields_.json(name));
    if (!number) throw_fault(name, FieldFault::not_integer);
    return *number;
}

void LaxFields::throw_fault(const char* name, FieldFault fault, std::size_t most) const {
    platform::throw_invalid(name, words_(fault, most));
}

} // namespace dialects
