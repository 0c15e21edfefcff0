#include "http/messages.h"

#include "platform/error.h"

namespace http {

struct MessageQueue::Waiting {};
MessageQueue::MessageQueue(MessageServices services, platform::Connection* connection, std::int64_t socket_id,
                           WhoAsks who, Send send)
    : services_(std::move(services)),
      connection_(connection),
      socket_id_(socket_id),
      who_(std::move(who)),
      send_(std::move(send)) {}
bool MessageQueue::take(std::string_view) {
    return true;
}
bool MessageQueue::take(Json) {
    return true;
}
void MessageQueue::close() {
    closed_ = true;
}
void MessageQueue::start_next() {}
void MessageQueue::finish(Waiting&, std::exception_ptr) {}
std::string message_error_code(const platform::Error&) {
    return {};
}

} // namespace http
