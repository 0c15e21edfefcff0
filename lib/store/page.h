// Lists are read a page at a time. `after` is the cursor that the page before gave: the id of its last item.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "platform/ids.h"

namespace store {

struct PageRequest {
    std::int64_t limit = 50;
    std::optional<std::int64_t> after;
};

template <class Item>
struct Page {
    std::vector<Item> items;
    std::optional<std::int64_t> next; // null: that was the last page
};

inline std::int64_t cursor_of(std::int64_t id) {
    return id;
}
template <class Tag>
std::int64_t cursor_of(platform::Id<Tag> id) {
    return id.value();
}

// Reads one row more than asked for, to know whether there is a next page.
template <class Item, class Rows, class Make>
Page<Item> read_page(Rows rows, const PageRequest& request, Make make) {
    Page<Item> page;
    while (rows.step()) {
        if (static_cast<std::int64_t>(page.items.size()) == request.limit) {
            page.next = cursor_of(page.items.back().id);
            break;
        }
        page.items.push_back(make(rows));
    }
    return page;
}

} // namespace store
