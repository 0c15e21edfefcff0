#include "http/front_door.h"

#include "platform/error.h"

namespace http {

struct FrontDoor::Impl {};

FrontDoor::FrontDoor(FrontDoorOptions, RouteTable&, Executor&, Authenticator&, AuditSink&, UpgradeHandler&,
                     platform::Clock&)
    : impl_(std::make_unique<Impl>()) {}
FrontDoor::~FrontDoor() = default;
std::vector<std::uint16_t> FrontDoor::start() { return {}; }
void FrontDoor::stop(std::chrono::milliseconds) {}
void FrontDoor::post(std::function<void()>) {}
void FrontDoor::every(std::chrono::milliseconds, std::function<void()>) {}
FrontDoor::Figures FrontDoor::figures() const { return {}; }

} // namespace http
