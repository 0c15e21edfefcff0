// The shape of a request, an answer or a socket message, declared once. It validates (naming every fault, not
// only the first), and /openapi.json and /asyncapi.json show it as JSON Schema.
//
//   object({{"name", text(1, 80)}, {"rows", integer(1, 50)}, {"colour?", colour()}})
//
// A name that ends in "?" may be absent; it may be null only where the shape is nullable(). Requests of
// Lectern's own API refuse unknown fields (`object`); where a dialect's clients send more, they pass
// (`open_object`).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "platform/error.h"
#include "platform/names.h"

namespace http {

using Json = nlohmann::json;

class Shape {
public:
    struct Node;
    Shape(); // nothing: no body
    explicit Shape(std::shared_ptr<const Node> node) : node_(std::move(node)) {}

    bool is_nothing() const { return node_ == nullptr; }
    // Every fault, with the path of its field; empty when the value fits.
    std::vector<platform::FieldError> faults(const Json& value) const;
    // What a text means where this shape is expected: a query parameter "7" is the integer 7.
    Json value_of(std::string_view text) const;
    // A named shape is given as a reference; `define` adds the definition.
    Json json_schema() const;
    void define(Json& schemas) const;
    // The same shape under its own name in #/components/schemas, so that a generated client gets a type for
    // it.
    Shape named(std::string name) const;
    Shape described(std::string text) const;
    const std::shared_ptr<const Node>& node() const { return node_; }

private:
    std::shared_ptr<const Node> node_;
};

using Fields = std::vector<std::pair<std::string, Shape>>;

Shape nothing();
Shape anything();
Shape text(std::size_t least,
           std::size_t most); // in code points; refuses text that is not UTF-8 or has control characters
Shape pattern(std::string regex,
              std::string in_words); // "must be <in_words>"; the regex is ECMAScript, short, and ours
Shape integer(std::int64_t least, std::int64_t most);
Shape number(double least, double most);
Shape boolean();
Shape identifier(); // integer from 1
Shape time();       // ISO 8601 UTC
Shape colour();     // "#rrggbb"
Shape pin();        // 4 digits
Shape one_of(std::vector<std::string> words);
// The names of an enum, in the order of its table.
template <platform::Named Enum>
Shape one_of() {
    std::vector<std::string> words;
    for (const auto& [value, name] : names_of(Enum{}))
        words.emplace_back(name);
    return one_of(std::move(words));
}
Shape list(Shape item, std::size_t most);
Shape map(Shape value, std::size_t most); // an object with free keys
Shape nullable(Shape shape);
Shape object(Fields fields);
Shape open_object(Fields fields);
// {"items": [...], "next": "cursor" or null}
Shape page_of(Shape item);

} // namespace http
