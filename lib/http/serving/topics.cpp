#include "http/serving/topics.h"

#include <utility>
#include <vector>

#include "http/serving/choice.h"

namespace http {

namespace {

// "OrganisationTopic"
std::string name_of(std::string kind, const char* what) {
    kind.front() = static_cast<char>(kind.front() - 'a' + 'A');
    return kind + what;
}

Shape message_of(const std::string& kind, const TopicRows& topic) {
    return object({{"topic", pattern(kind + "/[1-9][0-9]*", "the name of a topic, such as " + kind + "/7")},
                   {"epoch?", text(1, 80)},
                   {"version?", integer(0, INT64_MAX)},
                   {"entries?", object(topic.entries).named(name_of(kind, "Entries"))},
                   {"erased?", list(text(1, 200), 100'000)}})
        .described(topic.summary)
        .named(name_of(kind, "Topic"));
}

} // namespace

RouteBuilder topic(const std::string& kind, std::string summary) {
    return {"TOPIC", kind, std::move(summary)};
}

RouteBuilder entry(const std::string& kind, const std::string& key, Shape shape) {
    RouteBuilder row("ENTRY", kind + " " + key, "");
    row.gives(std::move(shape));
    return row;
}

std::map<std::string, TopicRows> topics_of(const RouteTable& table) {
    std::map<std::string, TopicRows> topics;
    for (const auto& row : table.all()) {
        if (row->method == "TOPIC") topics[row->path].summary = row->summary;
        if (row->method != "ENTRY") continue;
        const auto space = row->path.find(' ');
        std::string key = row->path.substr(space + 1);
        // An entry comes with the fact that it shows, so none must be there.
        if (!key.ends_with("/*")) key.push_back('?');
        topics[row->path.substr(0, space)].entries.emplace_back(std::move(key), row->answer);
    }
    return topics;
}

Shape topic_message_shape(const RouteTable& table) {
    std::vector<Shape> variants;
    for (const auto& [kind, topic] : topics_of(table))
        variants.push_back(message_of(kind, topic));
    return choice("topic", std::move(variants)).named("TopicMessage");
}

} // namespace http
