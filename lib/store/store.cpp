#include "store/store.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "platform/error.h"
#include "store/folder.h"
#include "store/readers.h"
#include "store/snapshot.h"
#include "store/writer.h"

namespace store {
namespace {

bool is_missing_or_empty(const std::filesystem::path& file) {
    std::error_code none;
    const auto size = std::filesystem::file_size(file, none);
    return none || size == 0;
}

// A database without its first page is taken for a new one by SQLite, which then drops its log as well. When
// the server ends in order, SQLite removes the shared memory and then the log; it makes the log first. So
// shared memory without a log means that somebody took the log away, with all that it held.
void refuse_what_is_torn(const Folder& folder, const Options& options) {
    if (is_missing_or_empty(folder.database())) {
        if (!options.refuse_new.empty()) throw UnfitDatabase(options.refuse_new);
        return;
    }
    if (!std::filesystem::exists(folder.log()) && std::filesystem::exists(folder.shared_memory()))
        throw UnfitDatabase(folder.log().string() +
                            " is gone, though Lectern did not end in order: what was done last is "
                            "missing. Put it back, or restore a backup ('lectern restore'). To go on "
                            "without it: 'lectern begin-anew --log'.");
}

// Opens the database and brings its schema up to date.
std::unique_ptr<Connection> open_current(const Folder& folder, const Options& options,
                                         const platform::Clock& clock) {
    refuse_what_is_torn(folder, options);
    auto connection = folder.open(Connection::Mode::create);
    if (!options.refuse_new.empty() && connection->integer("SELECT count(*) FROM sqlite_schema") == 0)
        throw UnfitDatabase(options.refuse_new);
    bring_up_to_date(*connection, options.schema ? *options.schema : embedded_schema(), folder.database(),
                     folder.backups(), clock.now_ms());
    return connection;
}

} // namespace

struct Store::Impl {
    Impl(Options given, const platform::Clock& clock)
        : options(std::move(given)),
          folder(options.folder, options.vfs),
          connection(open_current(folder, options, clock)),
          readers(folder, clock, options.readers, options.queue_limit),
          writer(folder, std::move(connection), readers, clock, options) {}
    // The writer stops first, because the jobs it still answers may want to read. Its connection closes last:
    // then SQLite leaves nothing but the one file.
    ~Impl() { stop(); }
    void stop() {
        writer.stop();
        readers.stop();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    const Options options;
    const Folder folder;
    std::unique_ptr<Connection> connection; // the writer's, once it runs
    Readers readers;
    Writer writer;
};

Store::Store(Options options, platform::Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {}

Store::~Store() = default;

void Store::stop() {
    impl_->stop();
}

void Store::submit(Job job) {
    impl_->writer.submit(std::move(job));
}

void Store::submit_read(std::function<void(Read&)> work, std::function<void(std::exception_ptr)> done) {
    impl_->readers.submit(std::move(work), std::move(done));
}

Store::Figures Store::figures() const {
    return impl_->writer.figures();
}

void Store::back_up(const std::filesystem::path& file) {
    impl_->readers.visit([&](Connection& connection) { copy_database(connection, file); });
}

void Store::check_may_wait() const {
    if (impl_->writer.is_this_thread() || impl_->readers.is_this_thread()) {
        throw platform::Error(platform::ErrorKind::internal,
                              "A thread of the store must not wait for the store.");
    }
}

} // namespace store
