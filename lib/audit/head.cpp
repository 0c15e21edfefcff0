#include "audit/head.h"

#include <utility>

#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/log.h"
#include "platform/text.h"

namespace audit {

namespace {

constexpr std::string_view begins = "audit-head ", ends = " mac=", forgotten = "a new head is to begin here";
constexpr std::size_t hex_digits = 64; // of an HMAC-SHA-256
constexpr std::chrono::seconds at_most_every{1};

// The value of "name=value" in a line that we wrote ourselves.
std::string_view value_of(std::string_view line, std::string_view name) {
    const std::size_t found = line.find(name);
    if (found == line.npos) return {};
    line.remove_prefix(found + name.size());
    return line.substr(0, line.find(' '));
}

std::string bytes_of_hex(std::string_view text) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
    return bytes;
}

std::string note_of(const Key& key) {
    std::string line(forgotten);
    return line.append(ends).append(platform::hex(key.mac("forget", forgotten))).append(1, '\n');
}

} // namespace

std::string text_of(const Head& head, const Key& key) {
    std::string line(begins);
    line += "id=" + std::to_string(head.newest.id) + " hash=" + platform::hex(head.newest.hash) +
            " rows=" + std::to_string(head.rows) + " epoch=" + head.epoch +
            " at=" + platform::iso8601(head.at_ms);
    const std::string mac = platform::hex(key.mac("head", line));
    return line.append(ends).append(mac);
}

std::optional<Head> head_in(std::string_view text, const Key& key) {
    const std::size_t from = text.find(begins);
    if (from == text.npos) return std::nullopt;
    text.remove_prefix(from);
    const std::size_t to = text.find(ends);
    if (to == text.npos) return std::nullopt;
    const std::string_view line = text.substr(0, to), mac = text.substr(to + ends.size(), hex_digits);
    if (!platform::equal_in_constant_time(mac, platform::hex(key.mac("head", line)))) return std::nullopt;
    // We signed it, so it is as text_of writes it.
    Head head;
    head.newest.id = platform::parse_integer(value_of(line, " id=")).value_or(0);
    head.newest.hash = bytes_of_hex(value_of(line, " hash="));
    head.rows = platform::parse_integer(value_of(line, " rows=")).value_or(0);
    head.epoch = value_of(line, " epoch=");
    head.at_ms = platform::parse_iso8601(value_of(line, " at=")).value_or(0);
    return head;
}

void forget_head(const std::filesystem::path& folder, const std::optional<Key>& key) {
    platform::write_file_atomically(folder / head_name, key ? note_of(*key) : std::string(forgotten) + '\n');
}

bool is_forgotten(std::string_view text, const std::optional<Key>& key) {
    return key ? platform::equal_in_constant_time(text, note_of(*key)) : text.starts_with(forgotten);
}

void HeadWriter::start(const Link& newest, std::int64_t removed_to, std::string epoch, bool held) {
    epoch_ = std::move(epoch);
    removed_to_ = removed_to;
    newest_ = newest;
    newest_row_ = newest.id;
    held_ = held;
    dirty_ = held || !write(head_now());
    thread_ = std::thread([this] { run(); });
}

void HeadWriter::release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_one();
}

void HeadWriter::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        changed_.notify_all();
        stopped_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void HeadWriter::note(const Link& newest) {
    const std::lock_guard lock(mutex_);
    newest_ = newest;
    newest_row_ = newest.id;
    if (!std::exchange(dirty_, true)) changed_.notify_one();
}

void HeadWriter::note_removed(std::int64_t removed_to) {
    const std::lock_guard lock(mutex_);
    removed_to_ = removed_to;
}

Link HeadWriter::newest() const {
    const std::lock_guard lock(mutex_);
    return newest_;
}

std::string HeadWriter::line() const {
    Head head;
    {
        const std::lock_guard lock(mutex_);
        head = head_now();
    }
    return text_of(head, key_);
}

Head HeadWriter::head_now() const {
    return {newest_, newest_.id - removed_to_, epoch_, clock_.now_ms()};
}

void HeadWriter::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return (dirty_ && !held_) || stopping_; });
        if (!dirty_ || held_) return; // stopping, and all is written that may be
        dirty_ = false;
        const Head head = head_now();
        lock.unlock();
        const bool written = write(head);
        lock.lock();
        if (!written && stopping_) return;
        if (!written) dirty_ = true; // the disk is full, perhaps; it is tried again
        stopped_.wait_for(lock, at_most_every, [this] { return stopping_; });
    }
}

bool HeadWriter::write(const Head& head) {
    try {
        platform::write_file_atomically(folder_ / head_name, text_of(head, key_) + '\n');
        failing_ = false;
        return true;
    } catch (const platform::Error& error) {
        if (!std::exchange(failing_, true))
            platform::log_warning(std::string("the head of the audit log is not written: ") + error.what());
        return false;
    }
}

} // namespace audit
