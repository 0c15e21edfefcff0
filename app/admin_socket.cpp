#include "app/admin_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "platform/error.h"
#include "platform/json_fields.h"
#include "platform/log.h"

namespace app {

namespace {

using Deadline = std::chrono::steady_clock::time_point;
constexpr const char* file_name = "admin.sock";

[[noreturn]] void throw_errno(const std::string& what, int error = errno) {
    throw platform::Error(platform::ErrorKind::unavailable, what + ": " + std::strerror(error), 1);
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }

private:
    int number_;
};

// A socket's path may have 107 bytes, and a data folder's path more; then we name the socket through the open
// folder.
sockaddr_un address_in(const std::filesystem::path& folder, const Descriptor& opened) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string path = (folder / file_name).string();
    if (path.size() >= sizeof address.sun_path)
        path = "/proc/self/fd/" + std::to_string(opened.get()) + "/" + file_name;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

int open_folder(const std::filesystem::path& folder) {
    return ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

bool wait_until(int descriptor, short what, Deadline deadline, int stop = -1) {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd polled[] = {{descriptor, what, 0}, {stop, POLLIN, 0}};
        const int ready = ::poll(polled, 2, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready < 0 && errno == EINTR) continue;
        return ready > 0 && polled[1].revents == 0;
    }
}

// A line without its end; nullopt when it is too long, late, or the peer hung up first.
std::optional<std::string> read_line(int connection, std::size_t limit, Deadline deadline, int stop = -1) {
    std::string line;
    char bytes[4096];
    while (wait_until(connection, POLLIN, deadline, stop)) {
        const ssize_t got = ::recv(connection, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got <= 0) return std::nullopt;
        const std::string_view piece(bytes, static_cast<std::size_t>(got));
        const std::size_t end = std::min(piece.find('\n'), piece.size());
        if (line.size() + end > limit) return std::nullopt;
        line.append(piece.substr(0, end));
        if (end < piece.size()) return line;
    }
    return std::nullopt;
}

bool write_line(int connection, std::string line, Deadline deadline) {
    line += '\n';
    std::size_t sent = 0;
    while (sent < line.size() && wait_until(connection, POLLOUT, deadline)) {
        const ssize_t took =
            ::send(connection, line.data() + sent, line.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (took < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (took < 0) return false;
        sent += static_cast<std::size_t>(took);
    }
    return sent == line.size();
}

std::string dumped(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Kinds cross the wire by name, because the asking program may be newer than the server that answers.
constexpr std::pair<platform::ErrorKind, const char*> kind_names[] = {
    {platform::ErrorKind::bad_request, "bad_request"},
    {platform::ErrorKind::unauthorized, "unauthorized"},
    {platform::ErrorKind::forbidden, "forbidden"},
    {platform::ErrorKind::not_found, "not_found"},
    {platform::ErrorKind::conflict, "conflict"},
    {platform::ErrorKind::too_large, "too_large"},
    {platform::ErrorKind::invalid, "invalid"},
    {platform::ErrorKind::too_many_requests, "too_many_requests"},
    {platform::ErrorKind::unavailable, "unavailable"},
    {platform::ErrorKind::storage_full, "storage_full"},
};

Json to_json(const platform::Error& error) {
    Json fields = Json::array();
    for (const auto& fault : error.fields())
        fields.push_back({{"field", fault.field}, {"message", fault.message}});
    std::string kind = "internal";
    for (const auto& [value, name] : kind_names)
        if (value == error.kind()) kind = name;
    return {{"error", {{"kind", kind}, {"message", error.what()}, {"fields", fields}}}};
}

[[noreturn]] void throw_from_json(const platform::JsonFields& error) {
    std::vector<platform::FieldError> fields;
    for (const platform::JsonFields& fault : error.find_objects("fields"))
        fields.push_back({fault.get<std::string>("field"), fault.get<std::string>("message")});
    if (!fields.empty()) throw platform::Error(std::move(fields));
    const auto kind = error.get<std::string>("kind"), message = error.get<std::string>("message");
    for (const auto& [value, name] : kind_names)
        if (kind == name) throw platform::Error(value, message);
    throw platform::Error(platform::ErrorKind::internal, message);
}

int listen_in(const std::filesystem::path& folder) {
    const Descriptor opened(open_folder(folder));
    if (opened.get() < 0) throw_errno(folder.string());
    ::unlinkat(opened.get(), file_name, 0);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) throw_errno("admin socket");
    // bind() creates the file with the descriptor's mode. We narrow that mode first, so the socket is never
    // open to others.
    const sockaddr_un address = address_in(folder, opened);
    if (::fchmod(listener, 0600) != 0 ||
        ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 16) != 0) {
        const int error = errno;
        ::close(listener);
        throw_errno((folder / file_name).string(), error);
    }
    return listener;
}

} // namespace

bool may_command(uid_t peer, uid_t server, uid_t folder_owner) {
    return peer == 0 || peer == server || peer == folder_owner;
}

AdminServer::AdminServer(const std::filesystem::path& folder, Handler handler, AdminLimits limits)
    : folder_(folder),
      handler_(std::move(handler)),
      limits_(limits),
      listener_(listen_in(folder)),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

AdminServer::~AdminServer() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);
    thread_.join();
    ::close(listener_);
    ::close(stop_);
    std::error_code ignored; // a folder that was taken away has no socket either
    std::filesystem::remove(folder_ / file_name, ignored);
}

void AdminServer::run() {
    for (;;) {
        pollfd polled[] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
        if (::poll(polled, 2, -1) < 0) continue;
        if (polled[1].revents != 0) return;
        const Descriptor connection(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
        if (connection.get() >= 0) serve(connection.get());
    }
}

void AdminServer::serve(int connection) {
    ucred peer{};
    socklen_t size = sizeof peer;
    struct stat folder {};
    if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
        ::stat(folder_.c_str(), &folder) != 0 || !may_command(peer.uid, ::geteuid(), folder.st_uid)) {
        platform::log_warning("admin socket: refused a process of user " + std::to_string(peer.uid));
        return;
    }
    const auto line = read_line(connection, limits_.question_bytes,
                                std::chrono::steady_clock::now() + limits_.to_ask, stop_);
    if (!line) return; // no line, or too long a one, gets no answer
    const std::string answer = dumped(answer_to(*line));
    write_line(connection, answer, std::chrono::steady_clock::now() + limits_.to_ask);
}

Json AdminServer::answer_to(const std::string& line) {
    try {
        const Json asked = Json::parse(line);
        const platform::JsonFields fields(asked);
        if (!fields.has("arguments")) platform::throw_invalid("arguments", "is required");
        return {{"result", handler_(fields.get<std::string>("command"), fields.json("arguments"))}};
    } catch (const platform::Error& error) {
        return to_json(error);
    } catch (const Json::exception&) {
        return to_json(platform::Error(platform::ErrorKind::bad_request, "The command was not understood."));
    } catch (const std::exception& error) {
        return to_json(platform::Error(platform::ErrorKind::internal, error.what()));
    }
}

std::optional<Json> ask_server(const std::filesystem::path& folder, const std::string& command,
                               const Json& arguments, AdminLimits limits) {
    const Descriptor opened(open_folder(folder));
    if (opened.get() < 0) return std::nullopt;
    const Descriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connection.get() < 0) throw_errno("admin socket");
    const sockaddr_un address = address_in(folder, opened);
    if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno == ENOENT || errno == ECONNREFUSED) return std::nullopt;
        throw_errno((folder / file_name).string());
    }
    const auto now = std::chrono::steady_clock::now();
    const std::string question = dumped({{"command", command}, {"arguments", arguments}});
    std::optional<std::string> line;
    if (write_line(connection.get(), question, now + limits.to_ask))
        line = read_line(connection.get(), limits.answer_bytes, now + limits.to_answer);
    if (!line)
        throw platform::Error(platform::ErrorKind::unavailable, "The server on this folder does not answer.",
                              1);
    const Json answer = Json::parse(*line, nullptr, false);
    const platform::JsonFields fields(answer);
    if (fields.has("result")) return fields.json("result");
    if (const auto error = fields.find_object("error")) throw_from_json(*error);
    throw platform::Error(platform::ErrorKind::unavailable,
                          "The server on this folder answers what it should not.", 1);
}

} // namespace app
