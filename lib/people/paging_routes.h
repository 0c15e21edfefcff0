// What the routes of all lists share: ?limit=&cursor=, and {"items", "next"}.
#pragma once

#include <string>

#include "http/call.h"
#include "http/shape.h"
#include "platform/text.h"
#include "store/page.h"

namespace people {

inline http::Fields paging_fields(std::int64_t most = 200) {
    return {{"limit?", http::integer(1, most)}, {"cursor?", http::text(1, 20)}};
}

inline store::PageRequest page_request(const http::Call& call, std::int64_t most = 200) {
    store::PageRequest request;
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

template <class Item>
http::Answer page_answer(const store::Page<Item>& page) {
    http::Json items = http::Json::array();
    for (const Item& item : page.items)
        items.push_back(json_of(item));
    return http::json(
        {{"items", items}, {"next", page.next ? http::Json(std::to_string(*page.next)) : http::Json()}});
}

// A list that is short by nature (the rooms of a school) comes whole.
template <class Item>
http::Answer list_answer(const std::vector<Item>& list) {
    http::Json items = http::Json::array();
    for (const Item& item : list)
        items.push_back(json_of(item));
    return http::json({{"items", items}, {"next", nullptr}});
}

} // namespace people
