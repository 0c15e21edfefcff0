// Tells the senders of events apart, also when headsets take each other's place.
//
// A batch is known by its sender's number and by the id that the sender chose for it. The number belongs to
// the headset itself: put in another one's place (Devices::replace), it goes by another DeviceId and keeps its
// number. So a batch sent twice is stored once, and is never taken for one of the other headset's.
//
// A run takes batches from the headset that it is on, and late ones from every headset that it was on before.
//
// Only the writer thread uses this.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "platform/ids.h"
#include "store/transaction.h"

namespace runs {

class Senders {
public:
    std::int64_t number_of(store::Read& read, DeviceId device_id);
    DeviceId device_of(store::Read& read, std::int64_t number);
    bool was_on(store::Read& read, RunId run_id, DeviceId device_id);

    // The run goes on without that headset.
    void leave(store::Tx& tx, RunId run_id, DeviceId device_id);
    // See Devices::replace: from now on `id` is the headset that was `by_id`, and the other way round.
    void replace(store::Tx& tx, OrganisationId organisation_id, DeviceId id, DeviceId by_id);

    // Grows whenever a headset leaves a run or takes another's place, committed or not. A cache of which run is
    // on which headset must be forgotten then.
    std::uint64_t moves() const { return moves_; }

private:
    void load(store::Read& read);
    void note_move(store::Tx& tx);

    std::unordered_map<DeviceId, std::int64_t> moved_; // all that have another number than their id
    bool loaded_ = false;
    std::uint64_t moves_ = 0;
};

} // namespace runs
