// Puts what http reports of each call into the audit log, and headsets' calls into the inspector as well.
#pragma once

#include "audit/log.h"
#include "devices/inspector.h"
#include "http/serving/seams.h"
#include "platform/clock.h"

namespace app {

class AuditSink final : public http::AuditSink {
public:
    AuditSink(audit::Log& log, devices::Inspector& inspector, platform::Clock& clock)
        : log_(log), inspector_(inspector), clock_(clock) {}
    void record(http::AuditEntry entry, http::Call* with_transaction) override;
    void count(const http::Route& route, const platform::Caller& caller, int status) override;

private:
    void inspect(const platform::Caller& caller, std::string name, int status, std::string reason);

    audit::Log& log_;
    devices::Inspector& inspector_;
    platform::Clock& clock_;
};

} // namespace app
