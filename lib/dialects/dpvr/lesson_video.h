// What a DPVR player is told to play for a lesson. RDC has no word for a lesson, only a path on the headset
// and a number for the picture's layout. The name of the video says the layout, as is usual: "reef_180_sbs.mp4".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dialects/dpvr/wire.h"

namespace dialects::dpvr {

struct Video {
    std::string path; // on the headset
    Surface surface = Surface::full;
    Eyes eyes = Eyes::one;
};

// A path stays; of an address its last part lies in the headset's storage root, where a video that was copied
// by cable is. Nothing where no file's name is left.
std::optional<Video> video_of(std::string_view content);

} // namespace dialects::dpvr
