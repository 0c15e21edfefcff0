#include "http/serving/openapi.h"

#include <map>
#include <mutex>
#include <set>

#include "http/serving/assets.h"
#include "http/serving/problem.h"
#include "platform/version.h"

namespace http {

namespace {

// OpenAPI writes "/v1/rooms/:id" as "/v1/rooms/{id}".
std::string templated(std::string_view path, std::vector<std::string>& parameters) {
    std::string out;
    while (!path.empty()) {
        const auto end = path.find('/', 1);
        const auto segment = path.substr(0, end);
        if (segment.size() > 1 && (segment[1] == ':' || segment[1] == '*')) {
            parameters.emplace_back(segment.substr(2));
            out.append("/{").append(segment.substr(2)).append("}");
        } else {
            out.append(segment);
        }
        path.remove_prefix(segment.size());
    }
    return out;
}

// "postV1RoomsId": generated clients name their functions after it.
std::string operation_id(const Route& route) {
    std::string id;
    for (const char c : route.method)
        id.push_back(static_cast<char>(c | 0x20));
    bool upper = true;
    for (const char c : route.path) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter) id.push_back(upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
        upper = !letter;
    }
    return id;
}

const char* who(Access access) {
    switch (access) {
        case Access::open:
            return "Open to all.";
        case Access::signed_in:
            return "Any login.";
        case Access::headset:
            return "A headset or a site key.";
        case Access::client_panel:
            return "An administrator, or a site key of a client panel.";
        case Access::student:
            return "A signed-in person.";
        case Access::viewer:
            return "Staff, from viewer up.";
        case Access::teacher:
            return "Teachers and administrators.";
        case Access::administrator:
            return "Administrators, by password.";
        case Access::box_administrator:
            return "Box administrators, by password.";
    }
    return "";
}

const char* where(RouteClass runs) {
    switch (runs) {
        case RouteClass::reads:
            return "reads";
        case RouteClass::writes:
            return "writes";
        case RouteClass::slow:
            return "slow";
        case RouteClass::transfer:
            return "transfer";
        case RouteClass::memory:
            return "memory";
    }
    return "";
}

// The tag of a route that is documented without one: "/v1/rooms/:id" belongs to "rooms".
std::string tag_of(const Route& route) {
    if (!route.tag.empty()) return route.tag;
    std::string_view path = route.path;
    for (const auto* prefix : {"/v1/", "/api/v1/", "/api/", "/"})
        if (path.starts_with(prefix)) {
            path.remove_prefix(std::string_view(prefix).size());
            break;
        }
    return std::string(path.substr(0, path.find_first_of("/.")));
}

Json parameters_of(const Route& route, const std::vector<std::string>& names, Json& schemas) {
    Json list = Json::array();
    for (const auto& name : names)
        list.push_back(
            {{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
    for (const auto& [field, shape] : route.query) {
        const bool optional = field.ends_with('?');
        shape.define(schemas);
        list.push_back({{"name", optional ? field.substr(0, field.size() - 1) : field},
                        {"in", "query"},
                        {"required", !optional},
                        {"schema", shape.json_schema()}});
    }
    return list;
}

Json content(const std::string& type, const Json& schema) {
    return {{type, {{"schema", schema}}}};
}

Json responses_of(const Route& route, Json& schemas) {
    Json responses = Json::object();
    Json good{{"description", title_of(route.status)}};
    if (!route.answer.is_nothing()) {
        route.answer.define(schemas);
        good["content"] = content("application/json", route.answer.json_schema());
    }
    responses[std::to_string(route.status)] = std::move(good);
    // A dialect's errors have shapes of their own, which its clients know.
    if (route.error_shape == problem)
        responses["default"] = {
            {"description", "A problem document"},
            {"content", content("application/problem+json", {{"$ref", "#/components/schemas/Problem"}})}};
    return responses;
}

Json operation(const Route& route, const std::vector<std::string>& names, Json& schemas) {
    std::string description = who(route.access);
    if (!route.short_for.empty()) description += " Short for " + route.short_for + ".";
    Json made{{"operationId", operation_id(route)}, {"summary", route.summary},
              {"description", description},         {"tags", {tag_of(route)}},
              {"x-access", who(route.access)},      {"x-runs", where(route.runs)}};
    if (Json parameters = parameters_of(route, names, schemas); !parameters.empty())
        made["parameters"] = std::move(parameters);
    if (!route.request.is_nothing()) {
        route.request.define(schemas);
        made["requestBody"] = {{"required", true},
                               {"content", content("application/json", route.request.json_schema())}};
    } else if (route.runs == RouteClass::transfer && route.method != "GET") {
        made["requestBody"] = {{"content", content("application/octet-stream", Json::object())}};
    }
    made["responses"] = responses_of(route, schemas);
    if (route.access == Access::open) made["security"] = Json::array();
    return made;
}

Json problem_schema() {
    return object({{"type", text(1, 200)},
                   {"title", text(1, 200)},
                   {"status", integer(400, 599)},
                   {"detail?", text(1, 2000)},
                   {"errors?", list(object({{"field", text(0, 500)}, {"message", text(1, 500)}}), 100)}})
        .json_schema();
}

Json info(const char* title) {
    return {{"title", title}, {"version", std::string(platform::version())}};
}

bool is_of_the_socket(const Route& route) {
    static const std::set<std::string_view> methods{"MESSAGE", "PUSH", "TOPIC", "ENTRY"};
    return methods.contains(route.method);
}

bool is_documented(const Route& route) {
    return !route.path.starts_with("/*");
}

} // namespace

Json openapi(const RouteTable& routes) {
    Json schemas{{"Problem", problem_schema()}};
    Json paths = Json::object();
    std::set<std::string> tags;
    for (const auto& route : routes.all()) {
        if (is_of_the_socket(*route) || !is_documented(*route)) continue;
        std::vector<std::string> names;
        const std::string path = templated(route->path, names);
        std::string method = route->method;
        for (char& c : method)
            c = static_cast<char>(c | 0x20);
        paths[path][method] = operation(*route, names, schemas);
        tags.insert(tag_of(*route));
    }
    Json tag_list = Json::array();
    for (const auto& tag : tags)
        tag_list.push_back({{"name", tag}});
    return {{"openapi", "3.1.0"},
            {"info", info("Lectern")},
            {"servers", {{{"url", "/"}}}},
            {"tags", std::move(tag_list)},
            {"paths", std::move(paths)},
            {"components",
             {{"schemas", std::move(schemas)},
              {"securitySchemes",
               {{"token", {{"type", "http"}, {"scheme", "bearer"}}},
                {"cookie", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "lectern"}}}}}}},
            {"security", {{{"token", Json::array()}}, {{"cookie", Json::array()}}}}};
}

namespace {

Json envelope(const std::string& type, Json data, bool reply) {
    Json properties{{"type", {{"const", type}}},
                    {"data", std::move(data)},
                    {"eid", {{"type", {"string", "null"}}}},
                    {"ts", {{"type", "integer"}}}};
    if (reply) {
        properties["status"] = {{"enum", {"success", "error"}}};
        properties["error"] = {{"type", {"string", "null"}}};
    } else {
        properties["eid"] = {{"type", {"string", "number", "null"}}};
    }
    return {{"type", "object"}, {"properties", std::move(properties)}, {"required", {"type"}}};
}

Json socket_security_schemes() {
    return {{"token",
             {{"type", "http"},
              {"scheme", "bearer"},
              {"description", "Authorization: Bearer TOKEN, in the request that opens the socket."}}},
            {"query_token",
             {{"type", "httpApiKey"},
              {"in", "query"},
              {"name", "token"},
              {"description", "/v1/live?token=TOKEN, for clients that can't set a header."}}},
            {"cookie",
             {{"type", "httpApiKey"},
              {"in", "cookie"},
              {"name", "lectern"},
              {"description",
               "A signed-in page's; __Host-lectern on a box with a certificate. Browsers send it."}}}};
}

// The document can't know where the box stands, so the host is a variable. A stranger can't open the socket.
Json socket_servers() {
    Json security = Json::array();
    const Json schemes = socket_security_schemes();
    for (const auto& [scheme, _] : schemes.items())
        security.push_back({{"$ref", "#/components/securitySchemes/" + scheme}});
    const auto server = [&security](const char* protocol, const char* summary) {
        return Json{{"host", "{box}"},
                    {"protocol", protocol},
                    {"summary", summary},
                    {"security", security},
                    {"variables",
                     {{"box",
                       {{"default", "localhost:8080"},
                        {"description", "The box's name or address, and its port."}}}}}};
    };
    return {{"plain", server("ws", "A box without a certificate")},
            {"encrypted", server("wss", "A box with a certificate")}};
}

void describe_message(const Route& route, Json& document) {
    Json& components = document["components"];
    route.request.define(components["schemas"]);
    route.answer.define(components["schemas"]);
    const std::string& type = route.path;
    components["messages"][type] = {{"name", type},
                                    {"summary", route.summary},
                                    {"payload", envelope(type, route.request.json_schema(), false)}};
    components["messages"][type + ".reply"] = {{"name", type},
                                               {"summary", "The answer to " + type},
                                               {"payload", envelope(type, route.answer.json_schema(), true)}};
    Json& messages = document["channels"]["live"]["messages"];
    const auto in_channel = [](const std::string& name) {
        return Json{{"$ref", "#/channels/live/messages/" + name}};
    };
    for (const auto& name : {type, type + ".reply"})
        messages[name] = {{"$ref", "#/components/messages/" + name}};
    document["operations"][type] = {{"action", "receive"},
                                    {"summary", route.summary},
                                    {"description", who(route.access)},
                                    {"channel", {{"$ref", "#/channels/live"}}},
                                    {"messages", Json::array({in_channel(type)})},
                                    {"reply",
                                     {{"channel", {{"$ref", "#/channels/live"}}},
                                      {"messages", Json::array({in_channel(type + ".reply")})}}}};
}

// A message that the server sends unasked, or, as a binary frame, a headset.
void describe_push(const Route& route, Json& document) {
    Json& components = document["components"];
    route.answer.define(components["schemas"]);
    const std::string& type = route.path;
    const bool binary = route.answer.is_nothing();
    Json& message = components["messages"][type] = {{"name", type}, {"summary", route.summary}};
    if (binary) {
        message["contentType"] = "application/octet-stream";
        message["payload"] = {{"type", "string"}, {"format", "binary"}};
    } else {
        Json payload = envelope(type, route.answer.json_schema(), true);
        payload["properties"]["status"] = {{"enum", {"update", "snapshot", "closed"}}};
        payload["properties"]["eid"] = {{"type", "null"}};
        message["payload"] = std::move(payload);
    }
    document["channels"]["live"]["messages"][type] = {{"$ref", "#/components/messages/" + type}};
    const bool heard = binary && route.access == Access::headset;
    document["operations"][(heard ? "" : "push.") + type] = {
        {"action", heard ? "receive" : "send"},
        {"summary", route.summary},
        {"description", who(route.access)},
        {"channel", {{"$ref", "#/channels/live"}}},
        {"messages", Json::array({{{"$ref", "#/channels/live/messages/" + type}}})}};
}

} // namespace

Json asyncapi(const RouteTable& routes) {
    Json document{{"asyncapi", "3.0.0"},
                  {"info", info("Lectern, live")},
                  {"defaultContentType", "application/json"},
                  {"servers", socket_servers()},
                  {"channels", {{"live", {{"address", "/v1/live"}, {"messages", Json::object()}}}}},
                  {"operations", Json::object()},
                  {"components",
                   {{"schemas", Json::object()},
                    {"messages", Json::object()},
                    {"securitySchemes", socket_security_schemes()}}}};
    for (const auto& route : routes.all())
        if (route->method == "MESSAGE")
            describe_message(*route, document);
        else if (route->method == "PUSH")
            describe_push(*route, document);
    return document;
}

void add_documentation_routes(RouteTable& routes) {
    using Make = Json (*)(const RouteTable&);
    const auto add = [&](const char* path, const char* summary, Make make) {
        struct Made {
            std::once_flag once;
            std::string text;
        };
        routes.add(get(path, summary)
                       .reads()
                       .by(Access::open)
                       .counted()
                       .gives(anything())
                       .tagged("documentation")
                       .handled([&routes, make, made = std::make_shared<Made>()](Call&) {
                           std::call_once(made->once, [&] { made->text = make(routes).dump(); });
                           return text(made->text, "application/json");
                       }));
    };
    add("/openapi.json", "The HTTP routes, as OpenAPI 3.1", openapi);
    add("/api-docs.json", "The same, where the training dialect's clients look for it", openapi);
    add("/asyncapi.json", "The messages of the live socket, as AsyncAPI 3", asyncapi);
    // The unreal dialect's original has two such pages; here they are one.
    for (const char* path : {"/docs", "/redoc"})
        routes.add(get(path, "The interactive documentation")
                       .memory()
                       .by(Access::open)
                       .counted()
                       .tagged("documentation")
                       .handled([](Call& call) {
                           // RapiDoc writes its styles into the page. Scripts still come from our files only.
                           return asset(call, "docs.html")
                               .header("Content-Security-Policy",
                                       "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
                                       "data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'");
                       }));
}

} // namespace http
