// What a simulated headset shows: a grey sea and sky that turn with the gaze, as a small JPEG.
#pragma once

#include <string>

#include "simulation/gaze.h"

namespace simulation {

std::string picture_of(const Look& look, double position_ms);

} // namespace simulation
