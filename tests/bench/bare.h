// The floors: loops that do nothing but what the kernel demands. What they cost, no server can go below.
#pragma once

#include <string_view>

namespace bench {

// Answers each piece that arrives, without looking at it, with a small 200.
void serve_bare_answers(int listener);

// A hub: the first connection commands. Its text arrives, framed as a WebSocket message, at all the others.
void serve_bare_hub(int listener);

} // namespace bench
