// One call on its way through a handler: what came in, who asks, what goes out. HTTP requests and socket
// messages use the same.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "http/serving/values.h"
#include "platform/caller.h"
#include "platform/connection.h"
#include "platform/error.h"
#include "platform/json_fields.h"

namespace http {

using Json = nlohmann::json;

// A streamed answer, whose size is known or not. `provide` runs on the transfer pool, may block on it, and
// returns when everything is written. It passes each piece to `write`, which returns false when the client is
// gone.
struct Stream {
    std::optional<std::uint64_t> length;
    std::function<void(std::uint64_t offset, std::uint64_t length,
                       const std::function<bool(std::string_view)>& write)>
        provide;
};

struct Answer {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<Stream> stream; // transfer routes only
    Json audit_target;            // what the call acted on, for the audit row: ids only, e.g. {"room": 7}

    Answer& header(std::string name, std::string value) {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    Answer& on(Json target) {
        audit_target = std::move(target);
        return *this;
    }
};

Answer json(const Json& body, int status = 200);
Answer created(const Json& body, const std::string& location = "");
Answer no_content();
Answer text(std::string body, std::string content_type, int status = 200);

struct Route;

// One part of a multipart body.
struct Part {
    std::string name, filename, content_type, content;
};

class Call {
public:
    // ---- who and where ----
    platform::Caller caller; // the handler may not change it; sign-in handlers answer with cookies instead
    const Route* route = nullptr;
    std::string method, path; // path as sent, but without /k/<key> and the query
    std::string remote_address;
    std::string credential;                     // the token or cookie as sent, for sign-out; never logged
    platform::Connection* connection = nullptr; // the socket that a message came by; null for HTTP
    std::int64_t socket_id = 0;                 // live's id of that connection
    bool under_site_key = false;                // the path came as /k/<key>/...

    // ---- what came ----
    Values parameters; // from the path: ":id"
    Values query_values;
    Values header_values; // names in lower case
    Values form;          // of urlencoded and multipart bodies
    std::vector<Part> parts;
    std::string content; // the body's bytes (unzipped), or a message's data as text
    Json body; // parsed, and fits the route's request shape if it has one; for a form, an object of texts

    platform::JsonFields fields() const { return platform::JsonFields(body); } // none unless it is an object

    // From the path: an integer from 1, or Error not_found.
    std::int64_t number(std::string_view name) const;
    template <class AnId>
    AnId id(std::string_view name) const {
        return AnId(number(name));
    }
    std::string parameter(std::string_view name) const;
    std::optional<std::string> query(std::string_view name) const;
    // Error invalid when it is not an integer
    std::optional<std::int64_t> query_integer(std::string_view name) const;
    template <class AnId>
    std::optional<AnId> query_id(std::string_view name) const {
        const std::optional<std::int64_t> number = query_integer(name);
        return number ? std::optional(AnId(*number)) : std::nullopt;
    }
    std::string header(std::string_view name) const; // "" when absent; `name` in lower case
    // For transfer routes: reads the body piece by piece; `content` is not used.
    std::function<bool(const std::function<bool(std::string_view)>& take)> read_body;

    // ---- what the executor lends ----
    // A `writes` handler has a store::Tx and a `reads` handler a store::Read; http knows neither.
    template <class Resource>
    Resource& resource() const {
        if (resource_type_ != std::type_index(typeid(Resource)))
            throw platform::Error(platform::ErrorKind::internal,
                                  "the route's class does not lend what its handler asks for");
        return *static_cast<Resource*>(resource_);
    }
    template <class Resource>
    void lend(Resource& resource) {
        resource_ = &resource;
        resource_type_ = std::type_index(typeid(Resource));
    }
    void take_back() {
        resource_ = nullptr;
        resource_type_ = std::type_index(typeid(void));
    }

private:
    void* resource_ = nullptr;
    std::type_index resource_type_{typeid(void)};
};

} // namespace http
