// How a module tells others what it does without knowing them. A hook's name says what happens, its type says
// when the others hear of it:
//
//     store::During<OrganisationId, DeviceId> unpairing; // in the transaction, with its Tx: they change rows too
//     store::After<OrganisationId, DeviceId> unpaired;   // once it is on disk: they tell pages and headsets
//
// Only the module itself calls its hook, and only app/wiring.cpp connects the others to it. Subscribers are
// called in the order in which they were connected. All of them are connected before the first transaction.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "store/transaction.h"

namespace store {

template <class... Facts>
class During {
public:
    void connect(std::function<void(Tx&, const Facts&...)> subscriber) {
        subscribers_.push_back(std::move(subscriber));
    }
    // An Error thrown by a subscriber rolls the request back, as if the module had thrown it.
    void operator()(Tx& tx, const Facts&... facts) const {
        for (const auto& subscriber : subscribers_)
            subscriber(tx, facts...);
    }

private:
    std::vector<std::function<void(Tx&, const Facts&...)>> subscribers_;
};

template <class... Facts>
class After {
public:
    void connect(std::function<void(const Facts&...)> subscriber) {
        subscribers_.push_back(std::move(subscriber));
    }
    // Call it in the transaction. The subscribers run on the writer thread once the group is on disk, before
    // the answers leave, and never if the request is rolled back.
    void operator()(Tx& tx, Facts... facts) const {
        if (subscribers_.empty()) return;
        tx.after_commit([this, ... facts = std::move(facts)] { now(facts...); });
    }
    // For facts that never were in a transaction: presence, progress of a download.
    void now(const Facts&... facts) const {
        for (const auto& subscriber : subscribers_)
            subscriber(facts...);
    }

    // Whether it is worth gathering what would be told.
    bool is_heard() const { return !subscribers_.empty(); }

private:
    std::vector<std::function<void(const Facts&...)>> subscribers_;
};

} // namespace store
