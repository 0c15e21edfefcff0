// What http tells of each call, into the audit log.
#pragma once

#include "audit/log.h"
#include "http/seams.h"

namespace app {

class AuditSink final : public http::AuditSink {
public:
    explicit AuditSink(audit::Log& log) : log_(log) {}
    void record(http::AuditEntry entry, http::Call* with_transaction) override;
    void count(const http::Route& route, const platform::Caller& caller, int status) override;

private:
    audit::Log& log_;
};

} // namespace app
