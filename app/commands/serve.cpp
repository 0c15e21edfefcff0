// lectern serve: the server. It runs until SIGTERM or SIGINT, then finishes what it has accepted.
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <ostream>

#include "admin/restore.h"
#include "app/admin_socket.h"
#include "app/alone.h"
#include "app/appliance.h"
#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "app/config.h"
#include "app/demo.h"
#include "app/exit_code.h"
#include "app/hsts.h"
#include "app/inherited_sockets.h"
#include "app/metrics.h"
#include "app/reload.h"
#include "app/starting.h"
#include "http/wire/front_door.h"
#include "platform/files.h"
#include "platform/log.h"
#include "platform/ntp.h"
#include "platform/process.h"
#include "platform/version.h"
#include "store/migrate.h"

namespace app {

namespace {

struct ServeOptions {
    std::string config, data, tls_cert, tls_key;
    std::vector<std::string> listen;
    bool demo = false, demo_session = false, check = false;
};

// These signals are blocked in every thread, and the waiting thread takes them. Blocking also makes them
// reach process 1, for which the kernel otherwise drops signals without a handler.
constexpr int restart_signal = SIGUSR1; // end, and start again
constexpr int reload_signal = SIGHUP;   // read the configuration again

class StopSignals {
public:
    StopSignals() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGTERM);
        sigaddset(&signals_, SIGINT);
        sigaddset(&signals_, restart_signal);
        sigaddset(&signals_, reload_signal);
        pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    }
    // Discard repeated signals before unblocking: the server has stopped, and a second SIGTERM must not kill
    // the process now.
    ~StopSignals() {
        while (wait(std::chrono::microseconds(0)) != 0) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    // The signal that came, 0 when none did.
    int wait(std::chrono::microseconds at_most) const {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(at_most);
        const timespec time{seconds.count(), std::chrono::nanoseconds(at_most - seconds).count()};
        return std::max(sigtimedwait(&signals_, nullptr, &time), 0);
    }

private:
    sigset_t signals_{}, before_{};
};

Config config_of(const ServeOptions& options) {
    Config config = options.config.empty() ? Config() : load_config(options.config);
    if (!options.data.empty()) config.data = options.data;
    if (!options.listen.empty()) config.listen.clear();
    for (const std::string& listen : options.listen)
        config.listen.push_back(parse_listen(listen).value());
    if (!options.tls_cert.empty()) config.tls_cert = options.tls_cert;
    if (!options.tls_key.empty()) config.tls_key = options.tls_key;
    if (config.tls_cert.empty() != config.tls_key.empty())
        throw platform::Error(platform::ErrorKind::bad_request, "TLS needs both a certificate and a key.");
    return config;
}

std::vector<ListenAddress> listen_addresses(const Config& config,
                                            const std::vector<InheritedSocket>& inherited) {
    std::vector<ListenAddress> all;
    for (const InheritedSocket& socket : inherited)
        all.push_back(socket.at);
    if (all.empty()) all = config.listen;
    if (all.empty()) all.push_back(default_listen);
    return all;
}

// Runs a step of the start. A fault in it ends the program with this code.
template <class Step>
auto ending_as(ExitCode code, Step step) {
    try {
        return step();
    } catch (const platform::Error& error) {
        throw Failure(code, error);
    }
}

// The code for a server that could not start, or broke off. An Error of kind internal is a finding about the
// data folder: a damaged pepper, an upgrade that does not fit, bytes that SQLite does not know.
ExitCode code_of(const platform::Error& error) {
    if (dynamic_cast<const store::UnfitDatabase*>(&error) != nullptr) return bad_data;
    switch (error.kind()) {
        case platform::ErrorKind::bad_request:
            return bad_configuration; // the certificate
        case platform::ErrorKind::forbidden:
            return no_permission;
        case platform::ErrorKind::internal:
            return bad_data;
        default:
            return temporary;
    }
}

// The connections that fit beside the files of the store, of transfers and of the log. One connection too
// many is refused at once; without a descriptor we could not even refuse it.
std::size_t connections_within(std::int64_t open_files) {
    constexpr std::int64_t others = 256, at_most = 8192, at_least = 64;
    const std::int64_t connections = std::clamp(open_files - others, at_least, at_most);
    if (connections < at_most)
        platform::log_warning("only " + std::to_string(connections) +
                              " connections at once: the limit of open files is " +
                              std::to_string(open_files) + " (LimitNOFILE=, ulimit -n)");
    return static_cast<std::size_t>(connections);
}

ApplianceOptions appliance_options(const Config& config, const std::vector<InheritedSocket>& inherited) {
    ApplianceOptions options;
    options.services.folder = config.data;
    options.services.pictures_bytes_per_s = pictures_bytes_per_s(config);
    options.services.content_bytes_per_s = content_bytes_per_s(config);
    options.services.chat = config.chat;
    options.dpvr = config.dpvr_listen;
    options.services.nightly = config.nightly;
    options.front_door.listen.clear();
    for (const ListenAddress& address : listen_addresses(config, inherited))
        options.front_door.listen.push_back(to_string(address));
    for (const InheritedSocket& socket : inherited)
        options.front_door.inherited.push_back(socket.descriptor);
    options.front_door.tls_certificate = config.tls_cert.string();
    options.front_door.tls_key = config.tls_key.string();
    options.front_door.allowed_origins = config.allowed_origins;
    const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
    options.front_door.strict_transport_security = strict_transport_security(
        config.hsts_days, platform::read_file(config.tls_cert).value_or(""), now_ms);
    options.behind_proxy = config.behind_proxy;
    options.front_door.connections = connections_within(platform::raise_open_files_limit());
    return options;
}

// For `lectern simulate --people`. These PINs are no secret: the demo school's PIN is printed as well.
void write_people(const Demo& demo, const std::filesystem::path& file) {
    std::string lines = "nickname,pin\n";
    for (const std::string& student : demo.students)
        lines += student + "," + demo.student_pin + "\n";
    platform::write_file_atomically(file, lines);
}

void tell_demo(const std::optional<Demo>& demo, const std::filesystem::path& folder, std::ostream& out) {
    if (!demo) {
        platform::log_info("--demo changes nothing: there are people in this data folder already");
        return;
    }
    write_people(*demo, folder / "demo-people.csv");
    out << "demo school: administrator " << demo->username << " with password " << demo->password
        << ", teacher " << demo->teacher << " with PIN " << demo->teacher_pin << ", students of "
        << demo->class_name << " with PIN " << demo->student_pin << "\n";
}

std::optional<std::int64_t> true_ms() {
    if (!platform::clock_is_synchronized()) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

Json metrics(Appliance& appliance, std::chrono::steady_clock::time_point started) {
    const auto up =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started);
    return {{"uptime_s", up.count()}, {"text", metrics_text(appliance)}};
}

// One run of the server, from a start to the signal that ends it.
class Run {
public:
    Run(const ServeOptions& options, Config& config, const std::vector<InheritedSocket>& inherited,
        const StopSignals& signals, const Streams& streams)
        : options_(options), config_(config), inherited_(inherited), signals_(signals), streams_(streams) {}

    // Serves until a signal comes that ends it, and returns that.
    int serve() {
        auto starting = std::make_unique<Starting>();
        admin::apply_staged(config_.data);
        platform::BoxClock clock(config_.data);
        platform::SystemRandom random;
        ApplianceOptions wanted = appliance_options(config_, inherited_);
        wanted.set_clock = [&clock](std::int64_t now_ms) { clock.set_now_us(now_ms * 1000); };
        wanted.true_ms = true_ms;
        wanted.restart = [] { ::kill(::getpid(), restart_signal); };
        Appliance appliance(std::move(wanted), clock, random);
        appliance.start();
        int signal = 0;
        {
            const auto started = std::chrono::steady_clock::now();
            const AdminServer admin(config_.data, [&](const std::string& command, const Json& arguments) {
                // Only here are the network and the time of the start at hand.
                if (command == "metrics") return metrics(appliance, started);
                return run_command(command, arguments, appliance.services());
            });
            tell(appliance);
            starting.reset();
            platform::notify_service_manager("READY=1\nSTATUS=serving");
            signal = wait_for_stop(appliance);
            platform::notify_service_manager(signal == restart_signal ? "STATUS=starting again"
                                                                      : "STOPPING=1");
            platform::log_info("stopping");
        }
        appliance.stop();
        return signal;
    }

private:
    void tell(const Appliance& appliance) const {
        if (appliance.setup_code()) streams_.error << "setup code: " << *appliance.setup_code() << std::endl;
        platform::log_info(
            "Lectern " + std::string(platform::version()) + " serves " + config_.data.string() + ", schema " +
            std::to_string(store::embedded_schema().version()) +
            (appliance.uses_tls() ? ", certificate " + config_.tls_cert.string() : ", without TLS"));
        for (const std::string& address : appliance.addresses())
            platform::log_info("people reach this box at " + address);
        const auto addresses = listen_addresses(config_, inherited_);
        for (std::size_t i = 0; i < addresses.size(); ++i)
            streams_.out << "listening on " << (appliance.uses_tls() ? "https://" : "http://")
                         << to_string({addresses[i].address, appliance.ports()[i]}) << std::endl;
    }

    // The service manager restarts a server whose threads hang. It waits for a minute, and we look often in
    // between: a memory card may stall the writer for many seconds, and that must not end a lesson.
    int wait_for_stop(Appliance& appliance) {
        constexpr std::chrono::microseconds minute = std::chrono::minutes(1);
        const auto watched = platform::watchdog_interval();
        const auto period = watched ? std::min(*watched / 6, minute) : minute;
        CertificateWatch certificate(
            config_.tls_cert, config_.tls_key,
            [&appliance](const auto& file, const auto& key) { appliance.use_certificate(file, key); });
        for (;;) {
            certificate.look(appliance.services().clock.now_ms());
            const int signal = signals_.wait(period);
            if (signal == reload_signal)
                reload_all(appliance, certificate);
            else if (signal != 0)
                return signal;
            if (watched && appliance.vitals().alive()) platform::notify_service_manager("WATCHDOG=1");
        }
    }

    void reload_all(Appliance& appliance, CertificateWatch& certificate) {
        try {
            std::string waiting;
            for (const std::string& key :
                 reload(config_, config_of(options_), appliance.services(), certificate))
                waiting += (waiting.empty() ? "" : ", ") + key;
            platform::log_warning(
                "the configuration was read again" +
                (waiting.empty() ? "" : "; the server must start again for what has changed in: " + waiting));
        } catch (const platform::Error& error) {
            platform::log_error(std::string("the configuration was not read again, everything stays: ") +
                                error.what());
        }
    }

    const ServeOptions& options_;
    Config& config_;
    const std::vector<InheritedSocket>& inherited_;
    const StopSignals& signals_;
    const Streams& streams_;
};

// Looks at everything that a start needs and that can be looked at without one.
int check(const Config& config, const Streams& streams) {
    ending_as(no_permission, [&] {
        become_owner_of(config.data);
        if (!std::filesystem::exists(config.data)) return;
        if (::access(config.data.c_str(), R_OK | W_OK | X_OK) != 0)
            throw platform::Error(platform::ErrorKind::forbidden,
                                  platform::system_failure("use", config.data));
    });
    if (!config.tls_cert.empty())
        ending_as(bad_configuration,
                  [&] { http::check_certificate(config.tls_cert.string(), config.tls_key.string()); });
    streams.out << "The configuration can be used.\n";
    return done;
}

int serve(const ServeOptions& options, const Streams& streams) {
    std::vector<InheritedSocket> inherited;
    Config config = ending_as(bad_configuration, [&] {
        Config wanted = config_of(options);
        inherited = take_inherited_sockets();
        require_listening_at(inherited, wanted.listen);
        check_hsts(wanted.hsts_days, wanted.tls_cert);
        return wanted;
    });
    if (options.check) return check(config, streams);
    platform::set_log_level(config.log_level);
    ending_as(no_permission, [&] {
        become_owner_of(config.data);
        platform::make_private_folder(config.data);
    });
    const StopSignals signals; // before there is any other thread
    if (options.demo)
        open_alone(config.data, [&](Services& services) {
            tell_demo(make_demo(services, options.demo_session), config.data, streams.out);
        });
    try {
        while (Run(options, config, inherited, signals, streams).serve() == restart_signal)
            platform::log_info("starting again");
    } catch (const platform::Error& error) {
        throw Failure(code_of(error), error);
    }
    return done;
}

} // namespace

void add_serve(CLI::App& root, Line& line) {
    const auto options = std::make_shared<ServeOptions>();
    CLI::App& command = add_command(root, "serve", "Run the server",
                                    "lectern serve --data /var/lib/lectern --listen 0.0.0.0:8080");
    command.add_option("--data", options->data, "The data folder (/var/lib/lectern)");
    command
        .add_option(
            "--listen", options->listen,
            "Numeric address and port; port 0 takes a free one; may be given several times (0.0.0.0:8080)")
        ->check([](const std::string& text) {
            return parse_listen(text)
                       ? ""
                       : "must be a numeric address and a port, like 127.0.0.1:8080 or [::1]:8080";
        });
    command.add_option("--config", options->config, "A TOML file; options given here count more");
    command.add_option("--tls-cert", options->tls_cert, "Certificate chain, PEM");
    command.add_option("--tls-key", options->tls_key, "Its private key, PEM");
    command.add_flag("--check", options->check,
                     "Only say whether a server could start with this configuration");
    auto* demo =
        command.add_flag("--demo", options->demo, "Make a demo school when the data folder is empty");
    command.add_flag("--demo-session", options->demo_session, "Start a lesson of the demo school as well")
        ->needs(demo);
    command.callback(
        [options, &line] { line.action = [options, &line] { return serve(*options, line.streams); }; });
}

} // namespace app
