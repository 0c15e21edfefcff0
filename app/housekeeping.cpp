#include "app/housekeeping.h"

#include "app/services.h"
#include "app/settings.h"
#include "platform/log.h"
#include "platform/text.h"
#include "sessions/before/due.h"
#include "store/settings.h"

namespace app {

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr const char* done_setting = "housekeeping_ms";

} // namespace

Housekeeping::Housekeeping(Services& services, std::chrono::milliseconds look_every)
    : services_(services), look_every_(look_every) {
    thread_ = std::thread([this] {
        std::unique_lock lock(mutex_);
        while (!stop_.wait_for(lock, look_every_, [this] { return stopping_; })) {
            lock.unlock();
            try {
                look();
            } catch (const std::exception& error) {
                platform::log_warning(std::string("the nightly jobs are tried again later: ") + error.what());
            }
            lock.lock();
        }
    });
}

Housekeeping::~Housekeeping() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stop_.notify_all();
    thread_.join();
}

bool Housekeeping::stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

// The backup comes first: it still holds what the others remove.
void Housekeeping::look() {
    admin::Nightly::Due backup;
    const bool due = services_.store.read([&](store::Read& read) {
        const bool lesson_on = sessions::is_lesson_on(read);
        backup = services_.nightly.due(read, lesson_on);
        return is_due(read, lesson_on);
    });
    services_.nightly.run(backup);
    services_.nightly.state();
    if (due) run();
}

bool Housekeeping::is_due(store::Read& read, bool lesson_on) const {
    const std::int64_t since_ms = read.now_ms() - store::setting(read, done_setting, 0);
    // Negative: the clock was set back, so we can't tell. One run too many does no harm.
    return since_ms < 0 || since_ms >= (lesson_on ? 2 * day_ms : day_ms);
}

void Housekeeping::run() {
    trim_audit();
    clean_content();
    services_.store.write("note housekeeping",
                          [](store::Tx& tx) { store::set_setting(tx, done_setting, tx.now_ms()); });
}

void Housekeeping::trim_audit() {
    for (std::int64_t removed = 1; removed > 0 && !stopping();)
        removed = services_.store.write("trim audit", [this](store::Tx& tx) {
            return services_.audit.trim(
                tx, tx.now_ms() - store::setting(tx, audit_days_setting, default_audit_days) * day_ms);
        });
}

void Housekeeping::clean_content() {
    services_.store.write("forget old content", [this](store::Tx& tx) { services_.contents.forget_old(tx); });
    const std::size_t removed = services_.content_files.remove_orphans([this] {
        return services_.store.read(
            [this](store::Read& read) { return services_.contents.file_names(read); });
    });
    if (removed > 0)
        platform::log_info("removed " + std::to_string(removed) + " files that nothing refers to");
}

} // namespace app
