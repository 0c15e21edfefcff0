// QR codes for the page to show and to print.
#pragma once

#include <string>

namespace platform {

// As an SVG picture.
std::string qr_svg(const std::string& text);

} // namespace platform
