#include "devices/device.h"

#include <utility>

#include "platform/error.h"

namespace devices {

namespace {

// A headset, and the person signed in on it.
constexpr store::SqlText device_columns = R"sql(
    SELECT d.id, d.organisation_id, d.serial_number, d.name, d.model, d.paired, d.battery, d.charging,
        d.storage_free, d.app, d.app_version, d.last_seen_ms, d.created_ms, p.id, p.nickname, d.group_name
    FROM devices d LEFT JOIN logins l ON l.device_id = d.id AND l.proof = 'device'
    LEFT JOIN persons p ON p.id = l.person_id)sql";

Device device_of(const store::Statement& rows) {
    Device device;
    rows.read(device.id, device.organisation_id, device.serial_number, device.name, device.model,
              device.paired, device.battery, device.charging, device.storage_free, device.app,
              device.app_version, device.last_seen_ms, device.created_ms, device.person, device.group);
    return device;
}

std::vector<Device> devices_of(store::Statement rows) {
    std::vector<Device> devices;
    while (rows.step())
        devices.push_back(device_of(rows));
    return devices;
}

} // namespace

std::optional<Device> Devices::find(store::Read& read, OrganisationId organisation_id, DeviceId id) const {
    static constexpr auto by_id = device_columns + " WHERE d.organisation_id = ? AND d.id = ?";
    auto rows = read.query(by_id, organisation_id, id);
    return rows.step() ? std::optional(device_of(rows)) : std::nullopt;
}

Device Devices::get(store::Read& read, OrganisationId organisation_id, DeviceId id) const {
    auto device = find(read, organisation_id, id);
    if (!device) platform::throw_not_found("headset");
    return *std::move(device);
}

std::optional<Device> Devices::by_serial_number(store::Read& read, std::string_view serial_number) const {
    static constexpr auto paired_by_serial_number =
        device_columns + " WHERE d.serial_number = ? AND d.paired = 1";
    auto rows = read.query(paired_by_serial_number, serial_number);
    return rows.step() ? std::optional(device_of(rows)) : std::nullopt;
}

store::Page<Device> Devices::list(store::Read& read, OrganisationId organisation_id,
                                  const store::PageRequest& page, bool only_unpaired,
                                  std::string_view group) const {
    static constexpr auto page_by_name = device_columns + R"sql(
        WHERE d.organisation_id = ?1 AND d.paired = ?2
        AND (?3 IS NULL OR (d.name, d.id) >
            (SELECT name, id FROM devices WHERE organisation_id = ?1 AND id = ?3))
        AND (?5 = '' OR d.group_name = ?5) ORDER BY d.name, d.id LIMIT ?4)sql";
    auto rows = read.query(page_by_name, organisation_id, !only_unpaired, page.after, page.limit + 1, group);
    return store::read_page<Device>(std::move(rows), page, device_of);
}

std::vector<Device> Devices::paired(store::Read& read, OrganisationId organisation_id) const {
    static constexpr auto paired_by_name =
        device_columns + " WHERE d.organisation_id = ? AND d.paired = 1 ORDER BY d.name, d.id";
    return devices_of(read.query(paired_by_name, organisation_id));
}

std::vector<Device> Devices::all_paired(store::Read& read) const {
    static constexpr auto of_all = device_columns + " WHERE d.paired = 1 ORDER BY d.id";
    return devices_of(read.query(of_all));
}

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
        rows.read(token_hash);
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
