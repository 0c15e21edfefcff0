#include "http/serving/route.h"

#include <algorithm>

namespace http {

RouteBuilder::RouteBuilder(std::string method, std::string path, std::string summary) {
    route_.method = std::move(method);
    route_.path = std::move(path);
    route_.summary = std::move(summary);
}

RouteBuilder get(std::string path, std::string summary) {
    return {"GET", std::move(path), std::move(summary)};
}
RouteBuilder post(std::string path, std::string summary) {
    return {"POST", std::move(path), std::move(summary)};
}
RouteBuilder put(std::string path, std::string summary) {
    return {"PUT", std::move(path), std::move(summary)};
}
RouteBuilder patch(std::string path, std::string summary) {
    return {"PATCH", std::move(path), std::move(summary)};
}
RouteBuilder del(std::string path, std::string summary) {
    return {"DELETE", std::move(path), std::move(summary)};
}
RouteBuilder message(std::string type, std::string summary) {
    return {"MESSAGE", std::move(type), std::move(summary)};
}

// A trie of path segments. The names of a route's parameters are kept with the route, not with the node,
// because two routes may share a node and name the parameter differently.
struct RouteTable::Node {
    struct Entry {
        std::string method;
        const Route* route = nullptr;
        std::vector<std::string> names;
    };
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> parameter;
    std::vector<Entry> entries; // routes that end here
    std::vector<Entry> rest;    // routes that end here with "*rest"
};

namespace {

using Segments = std::vector<std::string_view>;

Segments segments_of(std::string_view path) {
    Segments segments;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const auto segment = path.substr(0, slash);
        if (!segment.empty()) segments.push_back(segment);
        if (slash == std::string_view::npos) break;
        path.remove_prefix(slash + 1);
    }
    return segments;
}

std::string_view from(const Segments& segments, std::size_t at) {
    if (at >= segments.size()) return {};
    const auto& last = segments.back();
    return {segments[at].data(), static_cast<std::size_t>(last.data() + last.size() - segments[at].data())};
}

// Walks down, literals first, and comes back for the parameter where a literal leads nowhere. It goes no
// deeper than the trie, so a path of thousands of segments costs no more than the deepest route.
template <class Node>
class Search {
public:
    Search(const Node& root, std::string_view method, const Segments& segments, RouteTable::Match& match)
        : root_(root), method_(method), segments_(segments), match_(match) {}

    bool find() { return walk(root_, 0); }

private:
    bool walk(const Node& node, std::size_t at) {
        if (at == segments_.size() && take(node.entries, at)) return true;
        if (at < segments_.size()) {
            if (const auto literal = node.literals.find(segments_[at]); literal != node.literals.end())
                if (walk(*literal->second, at + 1)) return true;
            if (node.parameter) {
                values_.push_back(segments_[at]);
                if (walk(*node.parameter, at + 1)) return true;
                values_.pop_back();
            }
        }
        return take(node.rest, at, &node == &root_);
    }

    // A route for everything, "/*path", is a `fallback`: an unknown path stays a 404, even if the fallback
    // exists for another method.
    template <class Entries>
    bool take(const Entries& entries, std::size_t at, bool fallback = false) {
        for (const auto& entry : entries) {
            if (entry.method != method_) continue;
            match_.route = entry.route;
            for (std::size_t i = 0; i < values_.size(); ++i)
                match_.parameters.add(entry.names[i], values_[i]);
            if (entry.names.size() > values_.size())
                match_.parameters.add(entry.names.back(), from(segments_, at));
            return true;
        }
        if (fallback) return false;
        for (const auto& entry : entries)
            if (std::ranges::find(match_.allowed, entry.method) == match_.allowed.end())
                match_.allowed.push_back(entry.method);
        return false;
    }

    const Node& root_;
    std::string_view method_;
    const Segments& segments_;
    RouteTable::Match& match_;
    std::vector<std::string_view> values_;
};

} // namespace

RouteTable::RouteTable() : root_(std::make_unique<Node>()) {}
RouteTable::~RouteTable() = default;

void RouteTable::add(Route added) {
    added.index = routes_.size();
    auto route = std::make_unique<Route>(std::move(added));
    const auto taken = [&] {
        platform::throw_conflict("The route " + route->method + " " + route->path + " is declared twice.");
    };
    if (route->method == "MESSAGE") {
        if (!messages_.emplace(route->path, route.get()).second) taken();
        routes_.push_back(std::move(route));
        return;
    }
    // Messages that the server sends unasked are only documented.
    if (route->method == "PUSH" || route->method == "TOPIC" || route->method == "ENTRY") {
        for (const auto& known : routes_)
            if (known->method == route->method && known->path == route->path) taken();
        routes_.push_back(std::move(route));
        return;
    }
    Node* node = root_.get();
    std::vector<std::string> names;
    bool rest = false;
    for (const auto segment : segments_of(route->path)) {
        if (segment.front() == '*') {
            names.emplace_back(segment.substr(1));
            rest = true;
            break;
        }
        std::unique_ptr<Node>* next;
        if (segment.front() == ':') {
            names.emplace_back(segment.substr(1));
            next = &node->parameter;
        } else {
            next = &node->literals[std::string(segment)];
        }
        if (!*next) *next = std::make_unique<Node>();
        node = next->get();
    }
    auto& entries = rest ? node->rest : node->entries;
    for (const auto& entry : entries)
        if (entry.method == route->method) taken();
    entries.push_back({route->method, route.get(), std::move(names)});
    routes_.push_back(std::move(route));
}

RouteTable::Match RouteTable::find(std::string_view method, std::string_view path) const {
    Match match;
    const auto segments = segments_of(path);
    if (Search<Node>(*root_, method, segments, match).find()) {
        match.allowed.clear();
    } else if (method == "HEAD") {
        return find("GET", path);
    }
    return match;
}

const Route* RouteTable::find_message(std::string_view type) const {
    const auto found = messages_.find(type);
    return found == messages_.end() ? nullptr : found->second;
}

} // namespace http
