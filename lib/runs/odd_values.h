// Values that are JSON to those who wrote them, and that nothing here can keep: an integer over 64 bits, 1e400,
// half a character (a lone surrogate), NaN, nesting without end. One of them costs its event, not the batch.
//
// The parser refuses a whole text for one such value. Only then is the text looked at here, once, from front to
// back; a good batch pays nothing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runs/refused_event.h"

namespace runs {

constexpr std::size_t json_depth_limit = 32;

// Changes `text` in place and keeps its length: the byte order mark becomes blanks, an element of the outermost
// "events" that holds such a value becomes null, and NaN elsewhere becomes "", which no field takes. Returns
// those elements in their order. False in `changed`: there was nothing of the kind.
std::vector<RefusedEvent> take_out_odd_values(std::string& text, bool& changed);

} // namespace runs
