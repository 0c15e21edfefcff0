// Answers as bytes: the headers that every answer carries, and whole answers that need no engine.
#pragma once

#include <string>

#include "http/serving/exchange.h"

namespace http {

// Connection, Date, the security headers, CORS and the answer's own headers, but not Content-Type and
// Content-Length.
void append_headers(std::string& out, const Exchange& exchange, const Answer& answer);
// Puts the whole answer into exchange.output. For answers that never reach the engine: refusals and replaced
// answers.
void render(Exchange& exchange, const Answer& answer);

} // namespace http
