// The floors: loops that do only what the kernel demands. No server can cost less.
#pragma once

#include <string_view>

namespace bench {

// Answers each piece that arrives with a small 200, without looking at it.
void serve_bare_answers(int listener);

// A hub: the first connection commands. Its text goes, framed as a WebSocket message, to all the others.
void serve_bare_hub(int listener);

} // namespace bench
