// Ids of rows, one type each. A headset's id cannot end up where an organisation's belongs, and the rule "no
// query crosses organisations" relies on that. The whole program speaks of these types, so they stand outside
// namespaces.
//
// An integer becomes an id only where it enters: a column (Statement::read), a path (Call::id), JSON
// (get<RoomId>()). The default value means "none"; rows are numbered from 1.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <type_traits>

namespace platform {

template <class Tag>
class Id {
public:
    constexpr Id() = default;
    explicit constexpr Id(std::int64_t value) : value_(value) {}

    constexpr std::int64_t value() const { return value_; }
    explicit constexpr operator bool() const { return value_ != 0; }
    friend constexpr auto operator<=>(Id, Id) = default; // NOLINT(modernize-use-nullptr): clang-tidy sees a 0

private:
    std::int64_t value_ = 0;
};

template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<Id<Tag>> = true;

template <class Tag>
std::string to_string(Id<Tag> id) {
    return std::to_string(id.value());
}

template <class Json, class Tag>
void to_json(Json& json, Id<Tag> id) {
    json = id.value();
}
template <class Json, class Tag>
void from_json(const Json& json, Id<Tag>& id) {
    id = Id<Tag>(json.template get<std::int64_t>());
}

} // namespace platform

template <class Tag>
struct std::hash<platform::Id<Tag>> {
    std::size_t operator()(platform::Id<Tag> id) const noexcept {
        return std::hash<std::int64_t>()(id.value());
    }
};

using OrganisationId = platform::Id<struct OrganisationTag>;
using PersonId = platform::Id<struct PersonTag>;
using ClassId = platform::Id<struct ClassTag>;
using LoginId = platform::Id<struct LoginTag>;
using SiteKeyId = platform::Id<struct SiteKeyTag>;
using InvitationId = platform::Id<struct InvitationTag>;
using ImportId = platform::Id<struct ImportTag>;
using DeviceId = platform::Id<struct DeviceTag>;
using PairingRequestId = platform::Id<struct PairingRequestTag>;
using RoomId = platform::Id<struct RoomTag>;
using SeatId = platform::Id<struct SeatTag>;
using SeatTypeId = platform::Id<struct SeatTypeTag>;
using ScenarioId = platform::Id<struct ScenarioTag>;
using ContentId = platform::Id<struct ContentTag>;
using UploadId = platform::Id<struct UploadTag>;
using LessonId = platform::Id<struct LessonTag>;
using CourseId = platform::Id<struct CourseTag>;
using ModuleId = platform::Id<struct ModuleTag>;
using TimetableEntryId = platform::Id<struct TimetableEntryTag>;
using SessionId = platform::Id<struct SessionTag>;
using CommandId = platform::Id<struct CommandTag>;
using RunId = platform::Id<struct RunTag>;
using NoteId = platform::Id<struct NoteTag>;
using MessageId = platform::Id<struct MessageTag>;
