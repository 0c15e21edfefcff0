#include "support/sample_body.h"

#include <regex>
#include <stdexcept>

namespace support {

namespace {

using Json = nlohmann::json;

std::string text_for(const Json& schema) {
    if (schema.contains("enum")) return schema.at("enum").at(0);
    if (schema.value("format", "") == "date-time") return "2026-09-01T08:00:00.000Z";
    if (schema.contains("pattern")) {
        const std::regex expression(schema.at("pattern").get<std::string>());
        const std::string sha256(64, 'a');
        for (const char* candidate :
             {"1234", "123456", "#2f6fde", "2026-09-01", "abc", "a@b.example", "AAAA-AAAA", sha256.c_str()})
            if (std::regex_search(candidate, expression)) return candidate;
        throw std::runtime_error("no sample for the pattern " + schema.at("pattern").dump());
    }
    return std::string(std::max<std::size_t>(schema.value("minLength", std::size_t{0}), 1), 'a');
}

} // namespace

Json sample_of(const Json& schema, const Json& document) {
    if (schema.contains("$ref")) {
        const std::string reference = schema.at("$ref");
        return sample_of(document.at(Json::json_pointer(reference.substr(1))), document);
    }
    for (const char* choice : {"anyOf", "oneOf"})
        if (schema.contains(choice)) return sample_of(schema.at(choice).at(0), document);
    if (!schema.contains("type")) return Json::object();
    const Json& named = schema.at("type");
    const std::string type = named.is_array() ? named.at(0) : named;
    if (type == "string") return text_for(schema);
    if (type == "integer") return std::max<std::int64_t>(schema.value("minimum", std::int64_t{1}), 1);
    if (type == "number") return schema.value("minimum", 1.0);
    if (type == "boolean") return true;
    if (type == "array") return Json::array();
    if (type != "object") throw std::runtime_error("no sample for the type " + type);
    Json sample = Json::object();
    for (const Json& name : schema.value("required", Json::array()))
        sample[name] = sample_of(schema.at("properties").at(name.get<std::string>()), document);
    return sample;
}

} // namespace support
