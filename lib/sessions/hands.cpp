#include "sessions/hands.h"

#include <nlohmann/json.hpp>
#include <tuple>

namespace sessions {

namespace {

constexpr store::SqlText hand_columns = R"sql(
    SELECT h.device_id, h.organisation_id, h.session_id, p.id, p.nickname, h.raised_ms, h.question,
           h.unwell_ms
    FROM hands h LEFT JOIN persons p ON p.id = h.person_id )sql";

Hand hand_of(const store::Statement& rows) {
    Hand hand;
    rows.read(hand.device_id, hand.organisation_id, hand.session_id, hand.person, hand.raised_ms,
              hand.question, hand.unwell_ms);
    return hand;
}

std::vector<Hand> hands_of(store::Statement rows) {
    std::vector<Hand> hands;
    while (rows.step())
        hands.push_back(hand_of(rows));
    return hands;
}

} // namespace

Hand Hands::of(store::Read& read, OrganisationId organisation_id, DeviceId device_id) const {
    static constexpr auto of_device = hand_columns + "WHERE h.organisation_id = ? AND h.device_id = ?";
    auto found = hands_of(read.query(of_device, organisation_id, device_id));
    if (!found.empty()) return found.front();
    Hand hand;
    hand.device_id = device_id;
    hand.organisation_id = organisation_id;
    return hand;
}

std::vector<Hand> Hands::in_session(store::Read& read, OrganisationId organisation_id,
                                    SessionId session_id) const {
    static constexpr auto of_session = hand_columns + "WHERE h.organisation_id = ? AND h.session_id = ?";
    return hands_of(read.query(of_session, organisation_id, session_id));
}

std::vector<Hand> Hands::all(store::Read& read) const {
    static constexpr auto by_device = hand_columns + "ORDER BY h.device_id";
    return hands_of(read.query(by_device));
}

void Hands::keep(store::Tx& tx, const Hand& hand) {
    if (hand.is_quiet()) {
        tx.run("DELETE FROM hands WHERE device_id = ?", hand.device_id);
        return;
    }
    tx.run(
        "INSERT INTO hands (device_id, organisation_id, session_id, person_id, raised_ms, question, "
        "unwell_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET session_id = excluded.session_id,"
        " person_id = excluded.person_id, raised_ms = excluded.raised_ms, question = excluded.question,"
        " unwell_ms = excluded.unwell_ms",
        hand.device_id, hand.organisation_id, hand.session_id,
        hand.person ? std::optional(hand.person->id) : std::nullopt, hand.raised_ms, hand.question,
        hand.unwell_ms);
}

bool waits_before(const Hand& a, const Hand& b) {
    const auto rank = [](const Hand& hand) {
        return std::tuple(!hand.unwell_ms, hand.unwell_ms.value_or(hand.raised_ms.value_or(0)),
                          hand.device_id);
    };
    return rank(a) < rank(b);
}

nlohmann::json headset_json(const Hand& hand) {
    return {{"raised", hand.raised_ms.has_value()},
            {"question", hand.question},
            {"unwell", hand.unwell_ms.has_value()}};
}

} // namespace sessions
