#include "devices/device.h"

#include <utility>

#include "platform/error.h"

namespace devices {

namespace {

Device device_of(const store::Statement& rows) {
    Device device;
    device.id = rows.id<DeviceId>(0);
    device.organisation_id = rows.id<OrganisationId>(1);
    device.serial_number = rows.string(2);
    device.name = rows.string(3);
    device.model = rows.string(4);
    device.paired = rows.boolean(5);
    device.battery = rows.optional_integer(6);
    if (!rows.is_null(7)) device.charging = rows.boolean(7);
    device.storage_free = rows.optional_integer(8);
    device.app = rows.string(9);
    device.app_version = rows.string(10);
    device.last_seen_ms = rows.optional_integer(11);
    device.created_ms = rows.integer(12);
    if (!rows.is_null(13)) device.person = people::PersonReference{rows.id<PersonId>(13), rows.string(14)};
    device.group = rows.string(15);
    return device;
}

std::vector<Device> devices_of(store::Statement rows) {
    std::vector<Device> devices;
    while (rows.step())
        devices.push_back(device_of(rows));
    return devices;
}

} // namespace

// The columns that device_of reads: a headset, and the person signed in on it.
#define LECTERN_DEVICE_COLUMNS                                                                            \
    "SELECT d.id, d.organisation_id, d.serial_number, d.name, d.model, d.paired, d.battery, d.charging,"  \
    " d.storage_free, d.app, d.app_version, d.last_seen_ms, d.created_ms, p.id, p.nickname, d.group_name" \
    " FROM devices d"                                                                                     \
    " LEFT JOIN logins l ON l.device_id = d.id AND l.proof = 'device' LEFT JOIN persons p ON p.id = "     \
    "l.person_id "

std::optional<Device> Devices::find(store::Read& read, OrganisationId organisation_id, DeviceId id) const {
    auto rows =
        read.query(LECTERN_DEVICE_COLUMNS "WHERE d.organisation_id = ? AND d.id = ?", organisation_id, id);
    return rows.step() ? std::optional(device_of(rows)) : std::nullopt;
}

Device Devices::get(store::Read& read, OrganisationId organisation_id, DeviceId id) const {
    auto device = find(read, organisation_id, id);
    if (!device) platform::throw_not_found("headset");
    return *std::move(device);
}

std::optional<Device> Devices::by_serial_number(store::Read& read, std::string_view serial_number) const {
    auto rows =
        read.query(LECTERN_DEVICE_COLUMNS "WHERE d.serial_number = ? AND d.paired = 1", serial_number);
    return rows.step() ? std::optional(device_of(rows)) : std::nullopt;
}

store::Page<Device> Devices::list(store::Read& read, OrganisationId organisation_id,
                                  const store::PageRequest& page, bool only_unpaired,
                                  std::string_view group) const {
    auto rows =
        read.query(LECTERN_DEVICE_COLUMNS
                   "WHERE d.organisation_id = ?1 AND d.paired = ?2 AND (?3 IS NULL OR (d.name, d.id) >"
                   " (SELECT name, id FROM devices WHERE organisation_id = ?1 AND id = ?3))"
                   " AND (?5 = '' OR d.group_name = ?5) ORDER BY d.name, d.id LIMIT ?4",
                   organisation_id, !only_unpaired, page.after, page.limit + 1, group);
    return store::read_page<Device>(std::move(rows), page, device_of);
}

std::vector<Device> Devices::paired(store::Read& read, OrganisationId organisation_id) const {
    return devices_of(read.query(LECTERN_DEVICE_COLUMNS
                                 "WHERE d.organisation_id = ? AND d.paired = 1 ORDER BY d.name, d.id",
                                 organisation_id));
}

std::vector<Device> Devices::all_paired(store::Read& read) const {
    return devices_of(read.query(LECTERN_DEVICE_COLUMNS "WHERE d.paired = 1 ORDER BY d.id"));
}

#undef LECTERN_DEVICE_COLUMNS

Device Devices::rename(store::Tx& tx, OrganisationId organisation_id, DeviceId id, const std::string& name) {
    if (tx.run("UPDATE devices SET name = ?3 WHERE organisation_id = ?1 AND id = ?2", organisation_id, id,
               name) == 0)
        platform::throw_not_found("headset");
    Device device = get(tx, organisation_id, id);
    if (device.paired) changed(tx, device);
    return device;
}

Device Devices::regroup(store::Tx& tx, OrganisationId organisation_id, DeviceId id,
                        const std::string& group) {
    tx.run("UPDATE devices SET group_name = ?3 WHERE organisation_id = ?1 AND id = ?2", organisation_id, id,
           group);
    return get(tx, organisation_id, id);
}

Device Devices::replace(store::Tx& tx, OrganisationId organisation_id, DeviceId id, DeviceId by_id) {
    const Device broken = get(tx, organisation_id, id);
    const auto by = find(tx, organisation_id, by_id);
    if (!by || !by->paired || by_id == id)
        platform::throw_invalid("device_id", "must be another paired headset of this organisation");
    std::string token_hash;
    {
        auto rows = tx.query("SELECT token_hash FROM logins WHERE device_id = ? AND proof = 'device'", by_id);
        if (!rows.step()) platform::throw_invalid("device_id", "must be a headset that is signed in");
        token_hash = rows.string(0);
    }
    // Its sockets close; it comes back with the same token, under the id of the headset that it replaces.
    logins_.end_of_device(tx, organisation_id, by_id);
    unpairing(tx, organisation_id, by_id);
    if (broken.paired) organisations_.give_seat_back(tx, organisation_id); // each had taken one
    tx.run("UPDATE devices SET paired = 0, serial_number = '/' || id WHERE id = ?", by_id);
    tx.run(
        "UPDATE devices SET serial_number = ?2, model = ?3, paired = 1, paired_ms = ?4, battery = ?5, "
        "charging = ?6,"
        " storage_free = ?7, app = ?8, app_version = ?9 WHERE id = ?1",
        id, by->serial_number, by->model, tx.now_ms(), by->battery, by->charging, by->storage_free, by->app,
        by->app_version);
    tx.run("UPDATE devices SET serial_number = ?2, model = ?3, group_name = '' WHERE id = ?1", by_id,
           broken.serial_number, broken.model);
    replacing(tx, organisation_id, id, by_id);
    logins_.add_device_with_hash(tx, organisation_id, id, token_hash);
    if (broken.paired) seat_given_back(tx, organisation_id);
    Device now = get(tx, organisation_id, id);
    unpaired(tx, organisation_id, by_id);
    changed(tx, now);
    return now;
}

void Devices::unpair(store::Tx& tx, OrganisationId organisation_id, DeviceId id) {
    if (tx.run("UPDATE devices SET paired = 0 WHERE organisation_id = ? AND id = ? AND paired = 1",
               organisation_id, id) == 0)
        platform::throw_not_found("paired headset");
    logins_.end_of_device(tx, organisation_id, id);
    organisations_.give_seat_back(tx, organisation_id);
    unpairing(tx, organisation_id, id);
    seat_given_back(tx, organisation_id);
    unpaired(tx, organisation_id, id);
}

} // namespace devices
