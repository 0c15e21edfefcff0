// A body that fits a JSON Schema, made of nothing but the schema: what the tests send to routes that they
// know only from /openapi.json. Knows the schemas that http/serving/shape.cpp writes, and throws on any other.
#pragma once

#include <nlohmann/json.hpp>

namespace support {

// `document` is where "#/components/schemas/..." leads.
nlohmann::json sample_of(const nlohmann::json& schema, const nlohmann::json& document);

} // namespace support
