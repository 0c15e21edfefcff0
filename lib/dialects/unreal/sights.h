// Points of interest and views, which the newest apps send to the address of sessions: how long somebody
// looked at something. Each is stored as an event of its kind.
#pragma once

#include "dialects/unreal/parts.h"
#include "dialects/unreal/wire.h"

namespace dialects::unreal {

// {Parent, POI_Duration, POI?, POI_Source? or Source?, session_id?}: the zone is the parent, the target the
// point.
http::Answer take_point(const Parts& parts, const http::Call& call, Fields& fields, store::Tx& tx);
// {View, TotalDuration, session_id?}: the zone is the view.
http::Answer take_view(const Parts& parts, const http::Call& call, Fields& fields, store::Tx& tx);

} // namespace dialects::unreal
