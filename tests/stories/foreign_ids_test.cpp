// An id of another organisation, wherever a caller may put one: in the body and in the query of every route.
// The answer must equal, word for word, the answer to an id that does not exist, so that a caller reaches
// nothing and learns nothing. The fields come from the routes' own declarations, so one added tomorrow is
// tried tomorrow.
#include <regex>
#include <set>

#include "support/whole_school.h"

using namespace support;

namespace {

constexpr std::int64_t nobodys = 987'654'321;

// The collection in WholeSchool that an id field refers to; "" when the field is not a row's id.
std::string collection_of(std::string name) {
    for (const char* suffix : {"_ids", "_id"})
        if (name.ends_with(suffix)) name.resize(name.size() - std::string_view(suffix).size());
    static const std::map<std::string, std::string> collections = {
        {"person", "/v1/people"},        {"teacher", "/v1/people"},
        {"class", "/v1/classes"},        {"device", "/v1/devices"},
        {"spare_device", "/v1/devices"}, {"room", "/v1/rooms"},
        {"seat", "/v1/seats"},           {"seat_type", "/v1/seat-types"},
        {"lesson", "/v1/lessons"},       {"course", "/v1/courses"},
        {"content", "/v1/content"},      {"scenario", "/v1/scenarios"},
        {"session", "/v1/sessions"},     {"run", "/v1/runs"},
        {"site_key", "/v1/site-keys"}};
    const auto found = collections.find(name);
    return found == collections.end() ? "" : found->second;
}

const Json& resolved(const Json& schema, const Json& document) {
    if (!schema.contains("$ref")) return schema;
    return resolved(document.at(Json::json_pointer(schema.at("$ref").get<std::string>().substr(1))),
                    document);
}

// A field of a body: its place, and whether it takes a list.
struct Field {
    Json::json_pointer place;
    std::string collection;
    bool is_list = false;
};

// All fields of a body that name ids. Lists of objects get one item in `sample`, so that there is a place
// inside them.
void find_fields(const Json& unresolved, const Json& document, const Json::json_pointer& at, Json& sample,
                 std::vector<Field>& fields) {
    const Json& schema = resolved(unresolved, document);
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [name, property] : properties.items()) {
        const Json& its = resolved(property, document);
        const std::string collection = collection_of(name);
        const std::string text = its.dump();
        if (!collection.empty() && text.find("\"integer\"") != std::string::npos) {
            fields.push_back({at / name, collection, text.find("\"items\"") != std::string::npos});
        } else if (its.contains("items") && resolved(its.at("items"), document).contains("properties")) {
            std::vector<Field> inner;
            Json item = sample_of(its.at("items"), document);
            find_fields(its.at("items"), document, at / name / 0, item, inner);
            if (inner.empty()) continue;
            sample[at / name] = Json::array({sample_of(its.at("items"), document)});
            fields.insert(fields.end(), inner.begin(), inner.end());
        }
    }
}

// The answer with the nonexistent id replaced by `id`, so that the two can be compared.
std::string plain(const Reply& reply, std::int64_t id) {
    static const std::regex nowhere(std::to_string(nobodys));
    return std::to_string(reply.status) + " " + std::regex_replace(reply.body, nowhere, std::to_string(id));
}

struct TwoSchools {
    TestAppliance box;
    WholeSchool first{box, box.set_up()}, second{box, box.set_up_other(), "2"};
    Json document = box.call("GET", "/openapi.json").json();

    const Json* operation(const http::Route& route) const {
        std::string path = std::regex_replace(route.path, std::regex(":([a-z_]+)"), "{$1}"),
                    method = route.method;
        for (char& c : method)
            c = static_cast<char>(std::tolower(c));
        const Json& paths = document.at("paths");
        if (!paths.contains(path) || !paths.at(path).contains(method)) return nullptr;
        return &paths.at(path).at(method);
    }
    std::int64_t mine(const std::string& collection) const { return second.ids.at(collection); }
    std::int64_t theirs(const std::string& collection) const { return first.ids.at(collection); }
    // A caller of the route's kind, because for any other the id never counts.
    const Credential& caller(const http::Route& route) const {
        return route.access == http::Access::headset ? second.headset.credential : second.head;
    }
};

} // namespace

TEST_CASE("another organisation's id in a body is answered like one that does not exist", "[stories]") {
    TwoSchools at;
    int tried = 0, told_apart = 0;
    for (const http::Route* route : own_routes(at.box)) {
        const Json* operation = at.operation(*route);
        if (operation == nullptr || route->request.is_nothing()) continue;
        const Json schema = route->request.json_schema();
        Json sample = body_for(*route, at.document);
        std::vector<Field> fields;
        find_fields(schema, at.document, Json::json_pointer(), sample, fields);
        for (const Field& field : fields)
            if (sample.contains(field.place))
                sample[field.place] = field.is_list ? Json::array({at.mine(field.collection)})
                                                    : Json(at.mine(field.collection));
        for (const Field& field : fields) {
            const std::int64_t their_id = at.theirs(field.collection);
            const auto ask = [&](std::int64_t id) {
                Json body = sample;
                body[field.place] = field.is_list ? Json::array({id}) : Json(id);
                return plain(
                    at.box.call(route->method, at.second.address_of(*route), body, at.caller(*route)),
                    their_id);
            };
            INFO(route->method << " " << route->path << " " << field.place.to_string());
            const std::string nowhere = ask(nobodys), foreign = ask(their_id);
            CHECK(foreign == nowhere);
            ++tried;
            const bool counts = ask(at.mine(field.collection)) != nowhere;
            told_apart += counts;
            UNSCOPED_INFO((counts ? "counts: " : "does not count: ")
                          << route->method << " " << route->path << " " << field.place.to_string() << " -> "
                          << nowhere);
        }
    }
    CHECK(tried > 30);
    CHECK(told_apart > tried / 2); // in the rest, something else is refused first
}

TEST_CASE("another organisation's id in a query is answered like one that does not exist", "[stories]") {
    TwoSchools at;
    int tried = 0;
    for (const http::Route* route : own_routes(at.box)) {
        const Json* operation = at.operation(*route);
        if (operation == nullptr) continue;
        for (const Json& parameter : operation->value("parameters", Json::array())) {
            const std::string name = parameter.at("name"), collection = collection_of(name);
            if (parameter.at("in") != "query" || collection.empty()) continue;
            const auto ask = [&](std::int64_t id) {
                return plain(at.box.call(route->method,
                                         at.second.address_of(*route) + "?" + name + "=" + std::to_string(id),
                                         body_for(*route, at.document), at.caller(*route)),
                             at.theirs(collection));
            };
            INFO(route->method << " " << route->path << "?" << name);
            CHECK(ask(at.theirs(collection)) == ask(nobodys));
            ++tried;
        }
    }
    CHECK(tried > 10);
}
