// Reads fields as the clients of the older protocols write them. A form has only texts, so a number may come
// as a text, and an id that is a text may come as a number; "" and null stand for nothing. All dialects find
// the same faults; each says them in the words of its original.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/json_fields.h"

namespace dialects {

enum class FieldFault {
    missing,        // absent
    blank,          // null, empty, or nothing but spaces
    not_text,       // nor a whole number
    not_utf8,       // a form's text may be anything
    null_character, // a text with one in it
    too_short,
    too_long,
    not_integer
};

// What is wrong with a text. Lengths are in code points.
std::optional<FieldFault> text_fault(std::string_view text, std::size_t least, std::size_t most);
// 7, "7". Nothing for anything else, and beyond 64 bits.
std::optional<std::int64_t> lax_integer(const nlohmann::json& value);

// For a dialect that doesn't say what is wrong with a field: what doesn't fit counts as absent.
std::string text_if_any(const platform::JsonFields& fields, std::string_view name);
template <class AnId>
AnId id_if_any(const platform::JsonFields& fields, std::string_view name) {
    const auto& value = fields.json(name);
    return value.is_number_integer() ? AnId(lax_integer(value).value_or(0)) : AnId();
}

// For a dialect that does: Error invalid at the first fault.
class LaxFields {
public:
    // `most` is how many characters the text may have.
    using Words = std::string (*)(FieldFault fault, std::size_t most);

    LaxFields(const nlohmann::json& body, Words words) : fields_(body), words_(words) {}

    // Texts are without surrounding spaces; a whole number is its digits.
    std::string text(const char* name, std::size_t most = 200) const;          // never ""
    std::string optional_text(const char* name, std::size_t most = 200) const; // "" for nothing
    template <class AnId>
    AnId id(const char* name) const {
        return AnId(integer(name));
    }
    const nlohmann::json& json(const char* name) const { return fields_.json(name); } // null when absent
    bool has(const char* name) const { return fields_.has(name); }

    // One text of a list, or of a text with commas; `name` is the list's.
    std::string item(std::string_view text, const char* name, std::size_t most) const;

private:
    std::int64_t integer(const char* name) const;
    [[noreturn]] void throw_fault(const char* name, FieldFault fault, std::size_t most = 0) const;

    platform::JsonFields fields_;
    Words words_;
};

} // namespace dialects
