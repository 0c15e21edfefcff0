// The topics of the live socket, as rows of the route table beside the code that writes their entries. They are
// documented like pushes:
//
//   table.add(http::topic("room", "A classroom and its seats"));
//   table.add(http::entry("room", "room", room_shape()));
//   table.add(http::entry("room", "seat/*", seat_shape())); // one for each seat: "seat/31"
//
// Several modules may write to one topic, and each declares what it writes. The hub doesn't look at any of
// this; the clients of the stories do, so an entry that is not declared fails a test.
#pragma once

#include <map>
#include <string>

#include "http/serving/route.h"

namespace http {

RouteBuilder topic(const std::string& kind, std::string summary);
RouteBuilder entry(const std::string& kind, const std::string& key, Shape shape);

struct TopicRows {
    std::string summary;
    Fields entries;
};
// By kind, which is "room" for the topic "room/7".
std::map<std::string, TopicRows> topics_of(const RouteTable& table);

// The shape of a message about any of these topics.
Shape topic_message_shape(const RouteTable& table);

} // namespace http
