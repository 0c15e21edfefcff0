#include "http/serving/engine.h"

#include <httplib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "http/serving/answer_bytes.h"
#include "http/serving/body.h"
#include "http/serving/problem.h"
#include "http/serving/ranges.h"
#include "http/serving/standing.h"
#include "platform/log.h"
#include "platform/text.h"

namespace http {

namespace {

// Routes' own limits are lower, and have been enforced where the body arrived.
constexpr std::size_t form_limit = 64u << 20;
constexpr std::size_t worth_compressing = 1400; // less fits one packet anyway

// How the exchange reaches the handler. The engine passes a handler only its own request, nothing of ours. A
// server has no use for a request's download_progress, so we carry the exchange in that.
struct Carrier {
    Exchange* exchange;
    TransferChannel* channel;
    Answer* answer;
    bool operator()(std::size_t, std::size_t) const { return true; }
};

const Carrier& carrier_of(const httplib::Request& request) {
    return *request.download_progress.target<Carrier>();
}

// What the engine takes for a connection: it reads one re-headed message and writes one answer. Its first
// write is the answer's head; behind the status line we insert the headers that every answer carries.
class MessageStream : public httplib::Stream {
public:
    MessageStream(std::string_view head, std::string_view body) : head_(head), body_(body) {}

    ssize_t read(char* bytes, std::size_t size) override {
        std::string_view& from = head_.empty() ? body_ : head_;
        if (from.empty()) return read_more(bytes, size);
        const std::size_t taken = std::min(size, from.size());
        std::copy_n(from.data(), taken, bytes);
        from.remove_prefix(taken);
        return static_cast<ssize_t>(taken);
    }
    bool wait_readable() const override { return true; }
    bool wait_writable() const override { return true; }
    bool is_peer_alive() const override { return true; }
    void get_remote_ip_and_port(std::string&, int&) const override {}
    void get_local_ip_and_port(std::string&, int&) const override {}
    socket_t socket() const override { return INVALID_SOCKET; }
    time_t duration() const override { return 0; }

protected:
    virtual ssize_t read_more(char*, std::size_t) { return 0; }

    std::string_view head_, body_;
};

void append_answer_head(std::string& out, std::string_view head, const Exchange& exchange,
                        const Answer& answer) {
    const std::size_t line_end = head.find("\r\n") + 2;
    out.append(head.substr(0, line_end));
    append_headers(out, exchange, answer);
    head.remove_prefix(line_end);
    if (exchange.status == 204 || exchange.status == 304) {
        // Neither status has a body, and after a 304 a length of 0 would be taken for the length of the
        // unchanged page.
        const std::size_t length = head.find("Content-Length: 0\r\n");
        if (length != std::string_view::npos) {
            out.append(head.substr(0, length));
            head.remove_prefix(length + 19);
        }
    }
    out.append(head);
}

class OrdinaryStream final : public MessageStream {
public:
    OrdinaryStream(std::string_view head, std::string_view body, Exchange& exchange, const Answer& answer)
        : MessageStream(head, body), exchange_(exchange), answer_(answer) {}
    ssize_t write(const char* bytes, std::size_t size) override {
        if (exchange_.output.empty()) {
            exchange_.output.reserve(size + 512);
            append_answer_head(exchange_.output, {bytes, size}, exchange_, answer_);
        } else {
            exchange_.output.append(bytes, size);
        }
        return static_cast<ssize_t>(size);
    }
    bool is_readable() const override { return false; }

private:
    Exchange& exchange_;
    const Answer& answer_;
};

class SocketStream final : public MessageStream {
public:
    SocketStream(std::string_view head, Exchange& exchange, const Answer& answer, TransferChannel& channel)
        : MessageStream(head, {}), exchange_(exchange), answer_(answer), channel_(channel) {}
    ssize_t write(const char* bytes, std::size_t size) override {
        std::string_view out(bytes, size);
        std::string head;
        if (!headed_) {
            // The rest of the body is unread and in the way of the next request: tell the client that none will
            // be answered here.
            if (!channel_.body_taken()) exchange_.keep_alive = false;
            append_answer_head(head, out, exchange_, answer_);
            out = head;
            headed_ = true;
        }
        if (channel_.write(out)) return static_cast<ssize_t>(size);
        broken_ = true;
        return -1;
    }
    // A body of unknown length is read to its end, where read returns 0.
    bool is_readable() const override { return exchange_.chunked; }
    bool is_peer_alive() const override { return !broken_; }
    bool headed() const { return headed_; }

private:
    // Once the answer has started, the rest of the body is discarded: the connection ends, we don't read on.
    ssize_t read_more(char* bytes, std::size_t size) override {
        return headed_ ? -1 : channel_.read_body(bytes, size);
    }

    Exchange& exchange_;
    const Answer& answer_;
    TransferChannel& channel_;
    bool headed_ = false, broken_ = false;
};

// Only the engine's own headers reach the client from here. Connection and Keep-Alive are left out: we decide
// about them, and the engine would close after every 4xx.
ssize_t write_headers(httplib::Stream& stream, httplib::Headers& headers) {
    std::string out;
    out.reserve(128);
    for (const auto& [name, value] : headers) {
        if (name == "Connection" || name == "Keep-Alive") continue;
        out.append(name).append(": ").append(value).append("\r\n");
    }
    out.append("\r\n");
    return stream.write(out.data(), out.size());
}

// The engine knows "multipart/form-data" and "boundary" in small letters only.
void append_content_type(std::string& head, const Exchange& exchange) {
    std::string type = exchange.call.header_values.value("content-type");
    const std::string lower = platform::lower_ascii(type);
    const auto end = std::min(lower.find(';'), lower.size());
    type.replace(0, end, lower, 0, end);
    if (const auto at = lower.find("boundary="); at != lower.npos) type.replace(at, 9, "boundary=");
    head.append("content-type: ").append(type).append("\r\n");
}

void append_request_line(std::string& head, const Exchange& exchange, std::string_view folder) {
    head.append(exchange.call.method)
        .append(" ")
        .append(folder)
        .append(std::to_string(exchange.route->index));
    head.append(" HTTP/1.1\r\n");
}

std::string_view header_of(const Answer& answer, std::string_view name) {
    for (const auto& [each, value] : answer.headers)
        if (each == name) return value;
    return {};
}

// In the place of a file: 412 or 416. Nothing of the file's own answer stays, least of all how long to keep
// it.
void refuse_file(Answer& answer, Exchange& exchange, Wanted wanted, std::uint64_t length) {
    const bool changed = wanted == Wanted::another_version;
    const platform::Error error(
        platform::ErrorKind::bad_request,
        changed ? "If-Match names another version of the file."
                : "Range names no bytes of the file, which has " + std::to_string(length) + ".");
    exchange.error = error.what();
    answer = exchange.route->error_shape(exchange.call, error);
    set_status(answer, changed ? 412 : 416);
    if (!changed) answer.header("Content-Range", "bytes */" + std::to_string(length));
}

// Hands the wanted parts to the engine, which sees no Range header itself. False: the answer is now a
// refusal.
bool select_parts(const httplib::Request& request, httplib::Response& response, Answer& answer,
                  Exchange& exchange) {
    const std::uint64_t length = *answer.stream->length;
    const Selection selection = selection_of(exchange.call, header_of(answer, "ETag"), length);
    if (selection.wanted == Wanted::another_version || selection.wanted == Wanted::nothing_there) {
        refuse_file(answer, exchange, selection.wanted, length);
        return false;
    }
    auto& ranges = const_cast<httplib::Request&>(request).ranges; // it was not const where it was made
    for (const auto& [first, last] : selection.parts)
        ranges.emplace_back(static_cast<ssize_t>(first), static_cast<ssize_t>(last));
    response.set_header("Accept-Ranges", "bytes");
    return true;
}

// Puts the answer into the engine's terms, except for its headers: append_headers writes those.
void fill_streamed(httplib::Response& response, const Answer& answer, Exchange& exchange) {
    const auto stream = *answer.stream;
    // 200 or 206: the engine decides, by the ranges that it was given.
    response.status = answer.status == 200 ? -1 : answer.status;
    if (stream.length) {
        response.set_content_provider(
            *stream.length, answer.content_type,
            [provide = stream.provide](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
                bool good = true;
                provide(offset, length, [&](std::string_view bytes) {
                    good = good && sink.write(bytes.data(), bytes.size());
                    return good;
                });
                return good;
            });
        return;
    }
    const auto provider = [provide = stream.provide](std::size_t, httplib::DataSink& sink) {
        bool good = true;
        provide(0, std::numeric_limits<std::uint64_t>::max(), [&](std::string_view bytes) {
            good = good && sink.write(bytes.data(), bytes.size());
            return good;
        });
        sink.done();
        return good;
    };
    // HTTP/1.0 has no chunks, so the end of the connection is the end of the answer.
    if (!exchange.http_1_0) return response.set_chunked_content_provider(answer.content_type, provider);
    exchange.keep_alive = false;
    response.set_content_provider(answer.content_type, provider);
}

void fill(const httplib::Request& request, httplib::Response& response, Answer& answer, Exchange& exchange) {
    if (!answer.stream || !answer.stream->length || answer.status != 200 ||
        select_parts(request, response, answer, exchange)) {
        exchange.status = response.status = answer.status;
        if (answer.stream) return fill_streamed(response, answer, exchange);
    }
    exchange.status = response.status = answer.status;
    const bool compressible =
        answer.body.size() >= worth_compressing && exchange.route->runs != RouteClass::writes &&
        exchange.route->runs != RouteClass::memory &&
        std::ranges::none_of(answer.headers,
                             [](const auto& header) { return header.first == "Content-Encoding"; });
    if (compressible)
        if (const auto accepted = exchange.call.header_values.find("accept-encoding"))
            const_cast<httplib::Request&>(request).headers.emplace("Accept-Encoding", std::string(*accepted));
    if (!answer.content_type.empty()) response.set_header("Content-Type", answer.content_type);
    response.body = std::move(answer.body);
}

// The handler's answer, or the error in the route's own shape.
Answer answer_of(Exchange& exchange, const std::function<void(Call&)>& prepare) {
    Call& call = exchange.call;
    try {
        try {
            prepare(call);
            Answer answer = exchange.route->handle(call);
            if (!answer.audit_target.is_null()) exchange.audit_target = answer.audit_target.dump();
            if (answer.status >= 400) exchange.error = title_of(answer.status);
            return answer;
        } catch (const platform::Error& error) {
            exchange.error = error.what();
            if (error.kind() == platform::ErrorKind::internal)
                platform::log_error(exchange.route->method + " " + exchange.route->path + ": " +
                                    error.what());
            return exchange.route->error_shape(call, error);
        } catch (const std::exception& error) {
            exchange.error = error.what();
            platform::log_error(exchange.route->method + " " + exchange.route->path + ": " + error.what());
            return exchange.route->error_shape(call, {platform::ErrorKind::internal, error.what()});
        }
    } catch (...) {
        // Even shaping the error failed: most likely out of memory.
        exchange.error = "the answer could not be made";
        Answer answer;
        answer.status = 500;
        answer.content_type.clear();
        return answer;
    }
}

// Puts what the engine has taken apart into the call.
void take_body(const httplib::Request& request, Call& call) {
    auto& mutable_request = const_cast<httplib::Request&>(request); // it was not const where it was made
    if (request.body_consumed_) call.content = std::move(mutable_request.body);
    for (const auto& [name, value] : request.params)
        call.form.add(name, value);
    for (const auto& [name, field] : request.form.fields)
        call.form.add(name, field.content);
    for (auto& [name, file] : mutable_request.form.files)
        call.parts.push_back({file.name, file.filename, file.content_type, std::move(file.content)});
}

} // namespace

class Engine::Server : private httplib::Server {
public:
    explicit Server(bool for_transfers) {
        // Nothing listens. But the engine takes an invalid listening socket for its own shutdown, and then
        // sends no body for a streamed answer.
        svr_sock_ = 0;
        set_header_writer(write_headers);
        set_error_handler([](const httplib::Request& request, httplib::Response& response) {
            on_error(request, response);
        });
        if (for_transfers) {
            // The channel enforces the limit. Without any limit, though, the engine would only read bodies
            // that have a length.
            set_payload_max_length(std::numeric_limits<std::size_t>::max() - 1);
            const auto handler = [](const httplib::Request& request, httplib::Response& response,
                                    const httplib::ContentReader& reader) {
                receive(request, response, reader);
            };
            Post("/:route", handler)
                .Put("/:route", handler)
                .Patch("/:route", handler)
                .Delete("/:route", handler);
            Get("/:route",
                [](const httplib::Request& request, httplib::Response& response) { run(request, response); });
        } else {
            set_payload_max_length(form_limit);
            const auto handler = [](const httplib::Request& request, httplib::Response& response) {
                run(request, response);
            };
            Get("/:route", handler).Post("/:route", handler).Put("/:route", handler);
            Patch("/:route", handler).Delete("/:route", handler).Options("/:route", handler);
        }
    }

    bool process(httplib::Stream& stream, const Carrier& carrier) {
        bool closed = false;
        const Carrier* pointer = &carrier;
        return process_request(stream, {}, 0, {}, 0, false, closed, [pointer](httplib::Request& request) {
            request.download_progress = *pointer;
        });
    }
    void shut_down() { svr_sock_ = INVALID_SOCKET; }

private:
    static void run(const httplib::Request& request, httplib::Response& response) {
        const Carrier& carrier = carrier_of(request);
        *carrier.answer = answer_of(*carrier.exchange, [&](Call& call) {
            if (carrier.exchange->body_fault) std::rethrow_exception(carrier.exchange->body_fault);
            if (carrier.exchange->body_ready) return;
            take_body(request, call);
            prepare_body(*carrier.exchange->route, call, limits_of(standing_of(call.caller)).json_values);
        });
        fill(request, response, *carrier.answer, *carrier.exchange);
    }

    static void receive(const httplib::Request& request, httplib::Response& response,
                        const httplib::ContentReader& reader) {
        const Carrier& carrier = carrier_of(request);
        *carrier.answer = answer_of(*carrier.exchange, [&](Call& call) {
            prepare_query(*carrier.exchange->route, call);
            call.read_body = [&](const std::function<bool(std::string_view)>& take) {
                // The channel counts what arrives; inflated, it may be much more.
                std::size_t left = carrier.exchange->route->body_limit;
                bool too_large = false;
                const bool whole = reader([&](const char* bytes, std::size_t size) {
                    too_large = size > left;
                    left -= std::min(size, left);
                    return !too_large && take(std::string_view(bytes, size));
                });
                if (too_large || carrier.channel->body_too_large())
                    throw_too_large(carrier.exchange->route->body_limit);
                return whole;
            };
        });
        fill(request, response, *carrier.answer, *carrier.exchange);
        carrier.exchange->call.read_body = nullptr; // what it refers to ends here
    }

    // For faults that the engine itself finds before our handler runs: a body that claims to be a form, or
    // compressed, and isn't.
    static void on_error(const httplib::Request& request, httplib::Response& response) {
        const auto* carrier = request.download_progress.target<Carrier>();
        if (!carrier || carrier->exchange->status != 0) return;
        Exchange& exchange = *carrier->exchange;
        const auto kind = response.status == 413   ? platform::ErrorKind::too_large
                          : response.status == 415 ? platform::ErrorKind::bad_request
                                                   : kind_of(response.status);
        const platform::Error error(kind, kind == platform::ErrorKind::too_large
                                              ? "The body is too large."
                                              : "The body is not what its headers say.");
        exchange.error = error.what();
        *carrier->answer = exchange.route->error_shape(exchange.call, error);
        fill(request, response, *carrier->answer, exchange);
    }
};

Engine::Engine(const RouteTable& routes)
    : routes_(routes),
      ordinary_(std::make_unique<Server>(false)),
      transfers_(std::make_unique<Server>(true)) {}
Engine::~Engine() = default;

void Engine::shut_down() {
    transfers_->shut_down();
}

void Engine::serve(Exchange& exchange) {
    std::string head;
    append_request_line(head, exchange, "/");
    std::string_view body;
    if (!exchange.call.content.empty() && is_form(exchange.call) && !exchange.body_fault) {
        append_content_type(head, exchange);
        head.append("Content-Length: ").append(std::to_string(exchange.call.content.size())).append("\r\n");
        body = exchange.call.content;
    }
    head.append("\r\n");
    Answer answer;
    OrdinaryStream stream(head, body, exchange, answer);
    try {
        ordinary_->process(stream, Carrier{&exchange, nullptr, &answer});
    } catch (const std::exception& error) {
        exchange.error = error.what();
        answer = exchange.route->error_shape(exchange.call, {platform::ErrorKind::internal, error.what()});
        render(exchange, answer);
    }
}

bool Engine::serve_transfer(Exchange& exchange, TransferChannel& channel) {
    std::string head;
    append_request_line(head, exchange, "/");
    if (const auto encoding = exchange.call.header_values.find("content-encoding"))
        head.append("content-encoding: ").append(platform::lower_ascii(*encoding)).append("\r\n");
    if (exchange.content_length)
        head.append("Content-Length: ").append(std::to_string(*exchange.content_length)).append("\r\n");
    head.append("\r\n");
    Answer answer;
    SocketStream stream(head, exchange, answer, channel);
    try {
        return transfers_->process(stream, Carrier{&exchange, &channel, &answer}) && stream.headed();
    } catch (const std::exception& error) {
        // The head has already left, so we can only break off.
        exchange.error = error.what();
        platform::log_error(exchange.route->method + " " + exchange.route->path + ": " + error.what());
        return false;
    }
}

} // namespace http
