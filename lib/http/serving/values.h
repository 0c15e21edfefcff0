// Names with values, in the order they came: headers, query, form, path parameters. Everything lies in one
// buffer, because a request has a dozen of them and most are never looked at. Views into it hold until the
// next add or clear.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

class Values {
public:
    struct Item {
        std::string_view name, value;
    };

    void add(std::string_view name, std::string_view value) {
        entries_.push_back({static_cast<std::uint32_t>(bytes_.size()),
                            static_cast<std::uint32_t>(name.size()),
                            static_cast<std::uint32_t>(value.size())});
        bytes_.append(name).append(value);
    }
    // The first one of that name.
    std::optional<std::string_view> find(std::string_view name) const {
        for (const auto& entry : entries_)
            if (entry.name_length == name.size() && at(entry).name == name) return at(entry).value;
        return std::nullopt;
    }
    std::string value(std::string_view name) const { return std::string(find(name).value_or("")); }
    bool contains(std::string_view name) const { return find(name).has_value(); }
    std::size_t count(std::string_view name) const {
        std::size_t found = 0;
        for (const auto item : *this)
            if (item.name == name) ++found;
        return found;
    }
    std::size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }
    void reserve(std::size_t entries, std::size_t bytes) {
        entries_.reserve(entries);
        bytes_.reserve(bytes);
    }
    void clear() {
        bytes_.clear();
        entries_.clear();
    }

private:
    struct Entry {
        std::uint32_t at, name_length, value_length;
    };
    Item at(const Entry& entry) const {
        const std::string_view bytes(bytes_);
        return {bytes.substr(entry.at, entry.name_length),
                bytes.substr(entry.at + entry.name_length, entry.value_length)};
    }

public:
    class Iterator {
    public:
        Iterator(const Values& values, std::size_t index) : values_(&values), index_(index) {}
        Item operator*() const { return values_->at(values_->entries_[index_]); }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        bool operator==(const Iterator& other) const { return index_ == other.index_; }

    private:
        const Values* values_;
        std::size_t index_;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, entries_.size()}; }

private:
    std::string bytes_;
    std::vector<Entry> entries_;
};

} // namespace http
