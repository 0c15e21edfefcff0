#include "http/serving/shape.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <regex>

#include "http/serving/choice.h"
#include "platform/text.h"

namespace http {

enum class Kind {
    anything,
    text,
    pattern,
    integer,
    number,
    boolean,
    time,
    one_of,
    list,
    map,
    object,
    choice
};

struct Shape::Node {
    Kind kind = Kind::anything;
    std::size_t least = 0, most = 0; // for texts, lists and maps
    std::int64_t integer_least = 0, integer_most = 0;
    double number_least = 0, number_most = 0;
    std::string expression{}, in_words{};
    std::optional<std::regex> regex{};
    std::vector<std::string> words{};
    Shape item{};
    struct Field {
        std::string name;
        bool optional;
        Shape shape;
    };
    std::vector<Field> fields{};
    std::vector<Field> prefixes{}; // of names that may occur any number of times
    std::string tag{};             // of a choice
    struct Variant {
        Shape tag, whole;
    };
    std::vector<Variant> variants{};
    bool open = false, nullable = false;
    std::string name{}, description{};
    std::string remark{}; // where a named shape is used, about this use
};

namespace {

using Node = Shape::Node;

// The place in the value that is being checked. A chain on the stack, so that a good value pays nothing for
// paths.
struct FieldPlace {
    const FieldPlace* above = nullptr;
    std::string_view key{};
    std::size_t index = 0;

    std::string path() const {
        if (!above) return {};
        const std::string before = above->path();
        if (key.data() == nullptr) return before + "[" + std::to_string(index) + "]";
        return before.empty() ? std::string(key) : before + "." + std::string(key);
    }
};

class Check {
public:
    void walk(const Shape& shape, const Json& value, const FieldPlace& place) {
        if (shape.is_nothing() || faults_.size() >= most_faults) return;
        const Node& node = *shape.node();
        if (value.is_null()) {
            if (!node.nullable && node.kind != Kind::anything) fault(place, "must not be null");
            return;
        }
        switch (node.kind) {
            case Kind::anything:
                return;
            case Kind::text:
                return text(node, value, place);
            case Kind::pattern:
                return pattern(node, value, place);
            case Kind::integer:
                return integer(node, value, place);
            case Kind::number:
                return number(node, value, place);
            case Kind::boolean:
                return need(value.is_boolean(), place, "must be true or false");
            case Kind::time:
                return time(value, place);
            case Kind::one_of:
                return one_of(node, value, place);
            case Kind::list:
                return list(node, value, place);
            case Kind::map:
                return map(node, value, place);
            case Kind::object:
                return object(node, value, place);
            case Kind::choice:
                return choice(node, value, place);
        }
    }
    std::vector<platform::FieldError> take() { return std::move(faults_); }

private:
    // A hostile list with a million faults must not become a report of a million lines.
    static constexpr std::size_t most_faults = 100;

    void fault(const FieldPlace& place, std::string message) {
        if (faults_.size() < most_faults) faults_.push_back({place.path(), std::move(message)});
    }
    void need(bool good, const FieldPlace& place, const char* message) {
        if (!good) fault(place, message);
    }

    void text(const Node& node, const Json& value, const FieldPlace& place) {
        const auto* string = value.get_ptr<const std::string*>();
        if (!string) return fault(place, "must be a text");
        if (!platform::is_utf8(*string)) return fault(place, "must be UTF-8");
        // Short texts are names and words on one line; long ones may have several lines.
        const bool lines = node.most > 200;
        const bool control = std::ranges::any_of(*string, [&](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return (byte < 0x20 && !(lines && (c == '\n' || c == '\r' || c == '\t'))) || byte == 0x7f;
        });
        if (control) return fault(place, "must not have control characters");
        const auto length = platform::utf8_length(*string);
        if (length < node.least || length > node.most) fault(place, "must be " + range(node, "character"));
    }

    void pattern(const Node& node, const Json& value, const FieldPlace& place) {
        const auto* string = value.get_ptr<const std::string*>();
        // std::regex recurses once per character, so a long text must not reach it.
        if (!string || string->size() > 256 || !std::regex_match(*string, *node.regex))
            fault(place, "must be " + node.in_words);
    }

    void integer(const Node& node, const Json& value, const FieldPlace& place) {
        const bool fits = value.is_number_unsigned()
                              ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX)
                              : value.is_number_integer();
        if (fits) {
            const auto number = value.get<std::int64_t>();
            if (number >= node.integer_least && number <= node.integer_most) return;
        }
        if (node.integer_most == INT64_MAX) {
            fault(place, "must be an integer from " + std::to_string(node.integer_least));
        } else {
            fault(place, "must be an integer from " + std::to_string(node.integer_least) + " to " +
                             std::to_string(node.integer_most));
        }
    }

    void number(const Node& node, const Json& value, const FieldPlace& place) {
        if (value.is_number()) {
            const auto number = value.get<double>();
            if (number >= node.number_least && number <= node.number_most) return;
        }
        fault(place, "must be a number from " + Json(node.number_least).dump() + " to " +
                         Json(node.number_most).dump());
    }

    void time(const Json& value, const FieldPlace& place) {
        const auto* string = value.get_ptr<const std::string*>();
        need(string && platform::parse_iso8601(*string).has_value(), place,
             "must be a time such as 2026-11-21T08:30:00Z");
    }

    void one_of(const Node& node, const Json& value, const FieldPlace& place) {
        const auto* string = value.get_ptr<const std::string*>();
        if (string && std::ranges::find(node.words, *string) != node.words.end()) return;
        std::string message = "must be one of ";
        for (const auto& word : node.words)
            message += (&word == &node.words.front() ? "" : ", ") + word;
        fault(place, std::move(message));
    }

    void list(const Node& node, const Json& value, const FieldPlace& place) {
        if (!value.is_array()) return fault(place, "must be a list");
        if (value.size() > node.most) return fault(place, "must be " + range(node, "item"));
        std::size_t index = 0;
        for (const auto& item : value)
            walk(node.item, item, FieldPlace{&place, {}, index++});
    }

    void map(const Node& node, const Json& value, const FieldPlace& place) {
        if (!value.is_object()) return fault(place, "must be an object");
        if (value.size() > node.most) return fault(place, "must be " + range(node, "entry", "entries"));
        for (const auto& [key, item] : value.items()) {
            if (key.size() > 200 || !platform::is_utf8(key))
                fault(place, "has a name that is too long or not UTF-8");
            else
                walk(node.item, item, FieldPlace{&place, key});
        }
    }

    void object(const Node& node, const Json& value, const FieldPlace& place) {
        if (!value.is_object()) return fault(place, "must be an object");
        std::size_t known = 0;
        for (const auto& field : node.fields) {
            const auto found = value.find(field.name);
            if (found == value.end()) {
                if (!field.optional) fault(FieldPlace{&place, field.name}, "is required");
                continue;
            }
            ++known;
            walk(field.shape, *found, FieldPlace{&place, field.name});
        }
        if (node.open || known == value.size()) return;
        for (const auto& [key, item] : value.items()) {
            if (std::ranges::find(node.fields, key, &Node::Field::name) != node.fields.end()) continue;
            const auto entry = std::ranges::find_if(node.prefixes, [&key = key](const Node::Field& field) {
                return key.starts_with(field.name);
            });
            if (entry != node.prefixes.end())
                walk(entry->shape, item, FieldPlace{&place, key});
            else
                fault(FieldPlace{&place, std::string_view(key).substr(0, 80)}, "is not known here");
        }
    }

    void choice(const Node& node, const Json& value, const FieldPlace& place) {
        if (!value.is_object()) return fault(place, "must be an object");
        const FieldPlace tag_place{&place, node.tag};
        const auto found = value.find(node.tag);
        if (found == value.end()) return fault(tag_place, "is required");
        for (const auto& [tag, whole] : node.variants)
            if (fits(*tag.node(), *found)) return walk(whole, value, place);
        one_of(node, *found, tag_place); // no variant has this tag
    }

    // Whether a tag is a variant's.
    static bool fits(const Node& node, const Json& tag) {
        const auto* string = tag.get_ptr<const std::string*>();
        if (!string || string->size() > 256) return false;
        if (node.kind == Kind::pattern) return std::regex_match(*string, *node.regex);
        return std::ranges::find(node.words, *string) != node.words.end();
    }

    static std::string range(const Node& node, const std::string& one, std::string many = {}) {
        if (many.empty()) many = one + "s";
        if (node.least == node.most) return std::to_string(node.most) + " " + (node.most == 1 ? one : many);
        if (node.least == 0)
            return "at most " + std::to_string(node.most) + " " + (node.most == 1 ? one : many);
        return std::to_string(node.least) + " to " + std::to_string(node.most) + " " + many;
    }

    std::vector<platform::FieldError> faults_;
};

Json schema_of(const Node& node);

Json object_schema(const Node& node) {
    Json schema{{"type", "object"}, {"properties", Json::object()}};
    Json required = Json::array();
    for (const auto& field : node.fields) {
        schema["properties"][field.name] = field.shape.json_schema();
        if (!field.optional) required.push_back(field.name);
    }
    for (const auto& field : node.prefixes)
        schema["patternProperties"]["^" + field.name + ".+$"] = field.shape.json_schema();
    if (!required.empty()) schema["required"] = std::move(required);
    if (!node.open) schema["additionalProperties"] = false;
    return schema;
}

Json plain_schema(const Node& node) {
    switch (node.kind) {
        case Kind::anything:
            return Json::object();
        case Kind::text:
            return {{"type", "string"}, {"minLength", node.least}, {"maxLength", node.most}};
        case Kind::pattern:
            return {{"type", "string"}, {"pattern", "^(?:" + node.expression + ")$"}};
        case Kind::integer: {
            Json schema{{"type", "integer"}, {"format", "int64"}, {"minimum", node.integer_least}};
            if (node.integer_most != INT64_MAX) schema["maximum"] = node.integer_most;
            return schema;
        }
        case Kind::number: {
            Json schema{{"type", "number"}};
            if (std::isfinite(node.number_least)) schema["minimum"] = node.number_least;
            if (std::isfinite(node.number_most)) schema["maximum"] = node.number_most;
            return schema;
        }
        case Kind::boolean:
            return {{"type", "boolean"}};
        case Kind::time:
            return {{"type", "string"}, {"format", "date-time"}};
        case Kind::one_of:
            return {{"type", "string"}, {"enum", node.words}};
        case Kind::list:
            return {{"type", "array"}, {"items", node.item.json_schema()}, {"maxItems", node.most}};
        case Kind::map:
            return {{"type", "object"},
                    {"additionalProperties", node.item.json_schema()},
                    {"maxProperties", node.most}};
        case Kind::object:
            return object_schema(node);
        case Kind::choice: {
            Json schema{{"oneOf", Json::array()}};
            for (const auto& variant : node.variants)
                schema["oneOf"].push_back(variant.whole.json_schema());
            return schema;
        }
    }
    return Json::object();
}

Json schema_of(const Node& node) {
    Json schema = plain_schema(node);
    if (node.nullable && schema.contains("type")) {
        schema["type"] = Json::array({schema["type"], "null"});
        if (schema.contains("enum")) schema["enum"].push_back(nullptr);
    }
    if (node.nullable && schema.contains("oneOf")) schema["oneOf"].push_back({{"type", "null"}});
    if (!node.description.empty()) schema["description"] = node.description;
    return schema;
}

Shape make(Node node) {
    return Shape(std::make_shared<const Node>(std::move(node)));
}

Shape fields_shape(Fields fields, bool open) {
    Node node{.kind = Kind::object, .open = open};
    for (auto& [name, shape] : fields) {
        const bool optional = name.ends_with('?');
        const bool prefix = name.ends_with("/*");
        if (optional || prefix) name.pop_back();
        auto& list = prefix ? node.prefixes : node.fields;
        list.push_back({std::move(name), optional, std::move(shape)});
    }
    return make(std::move(node));
}

} // namespace

Shape::Shape() = default;

std::vector<platform::FieldError> Shape::faults(const Json& value) const {
    Check check;
    check.walk(*this, value, FieldPlace{});
    return check.take();
}

Json Shape::value_of(std::string_view text) const {
    if (node_ && node_->kind == Kind::integer)
        if (const auto integer = platform::parse_integer(text)) return *integer;
    if (node_ && (node_->kind == Kind::number || node_->kind == Kind::boolean)) {
        Json value = Json::parse(text, nullptr, false);
        if (value.is_number() || value.is_boolean()) return value;
    }
    return std::string(text);
}

Json Shape::json_schema() const {
    if (!node_) return Json::object();
    if (node_->name.empty()) return schema_of(*node_);
    Json schema{{"$ref", "#/components/schemas/" + node_->name}};
    if (node_->nullable) schema = {{"anyOf", Json::array({std::move(schema), {{"type", "null"}}})}};
    if (!node_->remark.empty()) schema["description"] = node_->remark;
    return schema;
}

void Shape::define(Json& schemas) const {
    if (!node_) return;
    if (!node_->name.empty()) {
        Node bare = *node_;
        bare.nullable = false; // the reference says it
        Json schema = schema_of(bare);
        const auto [place, is_new] = schemas.emplace(node_->name, schema);
        if (!is_new && *place != schema)
            platform::throw_conflict("Two shapes are named " + node_->name + ".");
        if (!is_new) return;
    }
    node_->item.define(schemas);
    for (const auto* fields : {&node_->fields, &node_->prefixes})
        for (const auto& field : *fields)
            field.shape.define(schemas);
    for (const auto& variant : node_->variants)
        variant.whole.define(schemas);
}

Shape Shape::named(std::string name) const {
    Node copy = node_ ? *node_ : Node{};
    copy.name = std::move(name);
    return make(std::move(copy));
}

Shape Shape::described(std::string text) const {
    Node copy = node_ ? *node_ : Node{};
    (copy.name.empty() ? copy.description : copy.remark) = std::move(text);
    return make(std::move(copy));
}

Shape nothing() {
    return {};
}
Shape anything() {
    return make({.kind = Kind::anything});
}
Shape text(std::size_t least, std::size_t most) {
    return make({.kind = Kind::text, .least = least, .most = most});
}

Shape pattern(std::string regex, std::string in_words) {
    Node node{.kind = Kind::pattern};
    node.regex.emplace(regex);
    node.expression = std::move(regex);
    node.in_words = std::move(in_words);
    return make(std::move(node));
}

Shape integer(std::int64_t least, std::int64_t most) {
    return make({.kind = Kind::integer, .integer_least = least, .integer_most = most});
}
Shape number(double least, double most) {
    return make({.kind = Kind::number, .number_least = least, .number_most = most});
}
Shape boolean() {
    return make({.kind = Kind::boolean});
}
Shape identifier() {
    return integer(1, INT64_MAX);
}
Shape time() {
    return make({.kind = Kind::time});
}
Shape colour() {
    return pattern("#[0-9a-f]{6}", "a colour such as #1a2b3c");
}
Shape pin() {
    return pattern("[0-9]{4}", "4 digits");
}
Shape one_of(std::vector<std::string> words) {
    return make({.kind = Kind::one_of, .words = std::move(words)});
}
Shape list(Shape item, std::size_t most) {
    return make({.kind = Kind::list, .most = most, .item = std::move(item)});
}
Shape map(Shape value, std::size_t most) {
    return make({.kind = Kind::map, .most = most, .item = std::move(value)});
}

Shape nullable(Shape shape) {
    if (shape.is_nothing()) return shape;
    Node copy = *shape.node();
    copy.nullable = true;
    return make(std::move(copy));
}

Shape object(Fields fields) {
    return fields_shape(std::move(fields), false);
}
Shape open_object(Fields fields) {
    return fields_shape(std::move(fields), true);
}

Shape choice(std::string tag, std::vector<Shape> variants) {
    Node node{.kind = Kind::choice};
    for (Shape& variant : variants) {
        const auto& fields = variant.node()->fields;
        const Shape shape = std::ranges::find(fields, tag, &Node::Field::name)->shape;
        const Node& words = *shape.node();
        node.words.insert(node.words.end(), words.words.begin(), words.words.end());
        if (words.kind == Kind::pattern) node.words.push_back(words.in_words);
        node.variants.push_back({shape, std::move(variant)});
    }
    node.tag = std::move(tag);
    return make(std::move(node));
}

Shape page_of(Shape item) {
    return object({{"items", list(std::move(item), 1000)}, {"next", nullable(text(1, 2000))}});
}

} // namespace http
