// The sockets of the box: pages, headsets and dialect clients, each a client of the hub. Everything runs on
// the io thread.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "app/services.h"
#include "dialects/socket_dialect.h"
#include "http/serving/messages.h"
#include "http/serving/seams.h"
#include "platform/ids.h"

namespace app {

class Sockets final : public http::UpgradeHandler {
public:
    Sockets(Services& services, http::MessageServices messages, http::Authenticator& authenticator);
    ~Sockets() override;

    // Before the start: adds a dialect that shares the sockets.
    void add(std::unique_ptr<dialects::SocketDialectFactory> dialect);
    const http::MessageServices& messages() const { return messages_; }

    std::unique_ptr<http::Answer> refuse(const http::UpgradeRequest& request) override;
    std::vector<std::pair<std::string, std::string>> headers(const http::UpgradeRequest& request) override;
    std::unique_ptr<platform::ConnectionListener> accept(std::shared_ptr<platform::Connection> connection,
                                                         http::UpgradeRequest request) override;

    // These logins have ended: closes the sockets they opened.
    void close_logins(const std::vector<LoginId>& login_ids);
    // Somebody signed in or out on a headset: its socket speaks for the new person from now on.
    void refresh_device(DeviceId device_id);

private:
    class Socket;
    Services& services_;
    http::MessageServices messages_;
    http::Authenticator& authenticator_;
    dialects::SocketDialectFactory* dialect_of(std::string_view path) const; // the first that serves it
    std::vector<std::unique_ptr<dialects::SocketDialectFactory>> dialects_;
    std::set<Socket*> sockets_;
};

} // namespace app
