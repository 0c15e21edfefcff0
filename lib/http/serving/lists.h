// What the routes of all lists share: ?limit=&cursor=, and {"items", "next"}. The types belong to the
// domains, so these are templates: `Request` has `limit` and `after`, a page has `items` and `next`, and an
// item has its json_of.
#pragma once

#include <string>
#include <vector>

#include "http/serving/call.h"
#include "http/serving/shape.h"
#include "platform/error.h"
#include "platform/text.h"

namespace http {

inline Fields paging_fields(std::int64_t most = 200) {
    return {{"limit?", integer(1, most)}, {"cursor?", text(1, 20)}};
}

template <class Request>
Request page_request(const Call& call, std::int64_t most = 200) {
    Request request;
    if (auto limit = call.query_integer("limit")) {
        if (*limit < 1 || *limit > most)
            platform::throw_invalid("limit", "must be 1 to " + std::to_string(most));
        request.limit = *limit;
    }
    if (auto cursor = call.query("cursor")) {
        request.after = platform::parse_integer(*cursor);
        if (!request.after)
            platform::throw_invalid("cursor", "must be what \"next\" of the page before said");
    }
    return request;
}

template <class Page, class MakeJson>
Answer page_answer(const Page& page, MakeJson make_json) {
    Json items = Json::array();
    for (const auto& item : page.items)
        items.push_back(make_json(item));
    return json({{"items", items}, {"next", page.next ? Json(std::to_string(*page.next)) : Json()}});
}

template <class Page>
Answer page_answer(const Page& page) {
    return page_answer(page, [](const auto& item) { return json_of(item); });
}

// A list that is always short (the rooms of a school) comes whole.
template <class Item>
Answer list_answer(const std::vector<Item>& list) {
    Json items = Json::array();
    for (const Item& item : list)
        items.push_back(json_of(item));
    return json({{"items", items}, {"next", nullptr}});
}

// How a person appears inside other objects.
inline Shape person_reference() {
    return object({{"id", identifier()}, {"nickname", text(1, 80)}}).named("PersonReference");
}

} // namespace http
