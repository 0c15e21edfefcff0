#include "simulation/download.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "platform/json_fields.h"

namespace simulation {

namespace {

using Json = nlohmann::json;

constexpr double again_ms = 1000, report_every_ms = 1000;

class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
    void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
    std::string hex() {
        std::array<unsigned char, 32> digest{};
        EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
        std::string text;
        for (const unsigned char byte : digest) {
            text += "0123456789abcdef"[byte >> 4];
            text += "0123456789abcdef"[byte & 15];
        }
        return text;
    }

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

} // namespace

struct Download::Item {
    std::string url, sha256;
    std::int64_t size = 0, received = 0;
    Sha256 sum;
};

Download::Download(Network& network, Report report, std::int64_t most_piece_bytes)
    : network_(network),
      report_(std::move(report)),
      timer_(network.timer()),
      most_piece_bytes_(most_piece_bytes) {}
Download::~Download() {
    if (under_way_) under_way_->drop();
}

void Download::take(const Json& json, const std::string& token) {
    const platform::JsonFields push(json);
    token_ = token;
    piece_bytes_ = std::min(most_piece_bytes_, push.get_or("piece_bytes", most_piece_bytes_));
    for (const platform::JsonFields& wanted : push.objects("items")) {
        const auto sha256 = wanted.get<std::string>("sha256");
        if (const auto known = whole_.find(sha256); known != whole_.end()) {
            report_({{"sha256", sha256}, {"state", "whole"}, {"received_bytes", known->second}});
            continue;
        }
        if (std::ranges::any_of(waiting_, [&](const auto& item) { return item->sha256 == sha256; })) continue;
        auto item = std::make_unique<Item>();
        item->url = wanted.get<std::string>("url");
        item->sha256 = sha256;
        item->size = wanted.get<std::int64_t>("size");
        waiting_.push_back(std::move(item));
    }
    next();
}

Json Download::held() const {
    Json items = Json::array();
    for (const auto& [sha256, size] : whole_)
        items.push_back({{"sha256", sha256}, {"state", "whole"}, {"received_bytes", size}});
    return items;
}

void Download::line_lost() {
    away_ = true;
    timer_->cancel();
    if (!under_way_) return;
    keep(std::exchange(under_way_, nullptr)->drop());
    ++breaks_;
}

void Download::line_back() {
    away_ = false;
    next();
}

void Download::next() {
    if (waiting_.empty() || under_way_ || away_) return;
    Item& item = *waiting_.front();
    if (item.received >= item.size) return end(item.sum.hex() == item.sha256 ? "whole" : "failed");
    const std::int64_t last = std::min(item.size, item.received + piece_bytes_) - 1;
    under_way_ = network_.ask_range(item.url, token_, item.received, last,
                                    [this](const Response& response) { hear(response); });
}

void Download::hear(const Response& response) {
    under_way_ = nullptr;
    Item& item = *waiting_.front();
    const bool whole_file =
        response.status == 200 && static_cast<std::int64_t>(response.body.size()) == item.size;
    if (response.status != 206 && !whole_file) {
        const bool may_pass = response.status == 0 || response.status == 429 || response.status >= 500;
        if (!may_pass) return end("failed");
        timer_->set(network_.now_ms() + again_ms, [this] { next(); }); // then go on where it stopped
        return;
    }
    keep(response.body);
    if (network_.now_ms() >= next_report_ms_ && item.received < item.size) {
        next_report_ms_ = network_.now_ms() + report_every_ms;
        report_({{"sha256", item.sha256}, {"state", "fetching"}, {"received_bytes", item.received}});
    }
    next();
}

void Download::keep(const std::string& bytes) {
    Item& item = *waiting_.front();
    item.sum.add(bytes);
    item.received += static_cast<std::int64_t>(bytes.size());
    bytes_ += bytes.size();
}

void Download::end(const char* state) {
    const std::unique_ptr<Item> item = std::move(waiting_.front());
    waiting_.pop_front();
    if (std::string_view(state) == "whole")
        whole_[item->sha256] = item->size;
    else
        ++failed_;
    report_({{"sha256", item->sha256}, {"state", state}, {"received_bytes", item->received}});
    next();
}

} // namespace simulation
