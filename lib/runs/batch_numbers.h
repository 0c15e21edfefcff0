// Which of a headset's numbered batches are stored, so that its welcome can say what it need not keep any longer:
// after a power cut a headset does not know which answers it missed.
//
// A headset numbers its batches from 1 in each of its boots. Up to `up_to` all are stored; beyond it those in
// `beyond`. Of each headset the newest boots are known, and of each boot so many numbers beyond: a batch that is
// not told is sent again and found to be stored, so nothing is lost by forgetting.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/ids.h"
#include "store/transaction.h"

namespace runs {

class Senders;

struct StoredNumbers {
    std::string boot_id;
    std::int64_t up_to = 0;
    std::vector<std::int64_t> beyond; // ascending
    std::int64_t received_ms = 0;     // the newest of them
};

class BatchNumbers {
public:
    static constexpr std::size_t most_boots = 4;    // of a headset
    static constexpr std::size_t most_beyond = 256; // of a boot

    void load(store::Read& read, Senders& senders);

    // ---- writer ----
    void stored(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id, std::int64_t sender,
                std::string_view boot_id, std::int64_t number);
    // Two headsets have exchanged their places, and with them who they are.
    void exchange(store::Tx& tx, DeviceId one_id, DeviceId other_id);

    // ---- any thread ----
    // As the last commit left it, the newest boot first.
    std::vector<StoredNumbers> of(DeviceId device_id) const;

private:
    void keep(DeviceId device_id, StoredNumbers numbers);

    mutable std::mutex mutex_;
    std::unordered_map<DeviceId, std::vector<StoredNumbers>> numbers_;
};

} // namespace runs
