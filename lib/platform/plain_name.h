// Names that look alike on paper are one name: "zoë" of one letter and "zoë" of a letter and its mark, "ana"
// with a no-break space behind it, a name with a mark of direction that a spreadsheet put there. Names are
// compared and kept in this form, whether people type them or lists bring them in.
#pragma once

#include <string>
#include <string_view>

namespace platform {

// - A letter and its mark are the one letter that Unicode has for them (normalization form C).
// - Blanks of any width are one blank each, and none at the ends.
// - Characters that nobody sees go; joiners stay between letters of scripts that need them.
// Text that isn't UTF-8 comes back as it is.
std::string plain_name(std::string_view name);

// By which two names are one: the plain form without the difference of capitals, as Unicode folds them, so that
// "ZOË" is "zoë" and "Weiß" is "WEISS". To compare and to find by; a nickname that the box makes
// up is its own key.
std::string name_key(std::string_view name);

} // namespace platform
