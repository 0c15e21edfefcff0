// Names that look alike on paper are one name: "zoë" of one letter and "zoë" of a letter and its mark, "ana" with a
// no-break space behind it, a name with a mark of direction that a spreadsheet put there. What people type and
// what lists bring in is compared, and kept, in this form.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace platform {

// - A letter and its mark are the one letter that Unicode has for them.
// - Blanks of any width are one blank each, and none at the ends.
// - What nobody sees goes; joiners stay between letters of scripts that need them.
// Text that isn't UTF-8 comes back as it is.
std::string plain_name(std::string_view name);

struct Composition {
    std::uint16_t letter, mark, together;
};
extern const std::array<Composition, 928> compositions;

} // namespace platform
