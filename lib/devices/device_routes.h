#pragma once

#include <functional>
#include <string>
#include <vector>

#include "devices/device.h"
#include "devices/inspector.h"
#include "devices/pairing.h"
#include "devices/presence.h"
#include "http/serving/route.h"
#include "people/classes.h"
#include "people/signing_in/guesses.h"
#include "people/signing_in/sign_in.h"
#include "platform/clock.h"
#include "platform/ids.h"

namespace devices {

struct DeviceParts {
    Devices& devices;
    Presence& presence;
    Pairing& pairing;
    people::Logins& logins;
    people::SignIn& sign_in;
    people::Guesses& guesses;
    people::Organisations& organisations;
    people::People& people;
    people::Classes& classes;
    platform::Clock& clock;
    Inspector& inspector;
    std::function<std::vector<std::string>()> addresses; // the box's own: "http://192.0.2.5:8080"
    // The class that a headset is used by just now; lessons and timetables are above devices.
    std::function<std::optional<ClassId>(store::Read&, OrganisationId organisation_id, DeviceId device_id)>
        class_due = {};
};

// All of /v1/devices, /v1/pairing-*, /v1/pairings, /v1/lockouts and /v1/headset; and the messages
// headset.report, headset.names, headset.sign_in and headset.sign_out.
void add_device_routes(http::RouteTable& table, const DeviceParts& parts);

// Parts of them, one file each.
void add_pairing_routes(http::RouteTable& table, const DeviceParts& parts);
void add_lockout_routes(http::RouteTable& table, const DeviceParts& parts);
void add_headset_routes(http::RouteTable& table, const DeviceParts& parts);

// The shape of a report, by HTTP and by socket.
http::Shape report_shape();
http::Shape device_shape();

} // namespace devices
