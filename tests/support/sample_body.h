// A body that fits a JSON Schema, made from nothing but the schema: tests send it to routes that they know
// only from /openapi.json. Knows the schemas that http/serving/shape.cpp writes, and throws on any other.
#pragma once

#include <nlohmann/json.hpp>

namespace support {

// References "#/components/schemas/..." lead into `document`.
nlohmann::json sample_of(const nlohmann::json& schema, const nlohmann::json& document);

} // namespace support
