// A shape for objects whose fields depend on one of them, the tag:
//
//   choice("action", {object({{"action", one_of({"pause"})}}),
//                     object({{"action", one_of({"seek"})}, {"position_ms", integer(0, most)}})})
//
// Each variant says which tags it is for: by a one_of, or by a pattern.
#pragma once

#include <string>
#include <vector>

#include "http/serving/shape.h"

namespace http {

Shape choice(std::string tag, std::vector<Shape> variants);

} // namespace http
