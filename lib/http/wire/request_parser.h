// Beast frames messages, and only Beast. This turns what it finds into an Exchange, without a node per
// header.
#pragma once

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <functional>

#include "http/serving/exchange.h"

namespace http {

class RequestParser final : public boost::beast::http::basic_parser<true> {
public:
    using error_code = boost::beast::error_code;
    using string_view = boost::beast::string_view;

    explicit RequestParser(Exchange& exchange) : exchange_(exchange) {
        exchange.call.header_values.reserve(16, 600); // the usual size for a browser, in two allocations
        header_limit(1u << 20);  // the connection has measured the head before it gets here
        body_limit(boost::none); // known only when the route is
    }
    void limit_body(std::uint64_t bytes) { body_most_ = bytes; }
    void end_of_head(const char* end) { end_ = end; }
    std::uint64_t body_received() const { return received_; }

private:
    static std::string_view view(string_view text) { return {text.data(), text.size()}; }

    void on_request_impl(boost::beast::http::verb, string_view method, string_view target, int version,
                         error_code&) override {
        exchange_.call.method = view(method);
        exchange_.target = view(target);
        exchange_.http_1_0 = version == 10;
    }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(boost::beast::http::field, string_view name, string_view value,
                       error_code& error) override {
        if (headed_) return; // a trailer: whatever it claims comes too late to be believed
        if (is_folded(name, value)) {
            error = boost::beast::http::error::bad_value;
            return;
        }
        if (exchange_.call.header_values.size() >= 100) {
            error = boost::beast::http::error::header_limit;
            return;
        }
        name_.assign(view(name));
        for (char& c : name_)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
        exchange_.call.header_values.add(name_, view(value));
    }
    void on_header_impl(error_code&) override { headed_ = true; }
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code& error) override { return take(body, error); }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
        return take(body, error);
    }
    void on_finish_impl(error_code&) override {}

    // A header over several lines (obs-fold) is read differently by different proxies, so nobody may send one
    // (RFC 9112, 5.2). Beast joins the lines elsewhere, or leaves the line break before the value.
    bool is_folded(string_view name, string_view value) const {
        const char* after = name.data() + name.size() + 1; // the colon
        if (value.data() == after + 1) return false;
        if (std::less<>{}(value.data(), after) || std::less<>{}(end_, value.data())) return true;
        return std::find(after, value.data(), '\n') != value.data();
    }
    std::size_t take(string_view body, error_code& error) {
        received_ += body.size();
        if (received_ > body_most_) {
            error = boost::beast::http::error::body_limit;
            return 0;
        }
        exchange_.call.content.append(body.data(), body.size());
        return body.size();
    }

    Exchange& exchange_;
    std::string name_;
    bool headed_ = false;
    const char* end_ = nullptr; // of the head
    std::uint64_t received_ = 0, body_most_ = 64u << 10;
};

} // namespace http
