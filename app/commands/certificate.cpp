// lectern certificate: a local authority and a certificate for this box. Camera, motion sensors and WebXR
// need a secure page, and no public authority signs for a box in a classroom.
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <ostream>

#include "app/addresses.h"
#include "app/commands/command_line.h"
#include "platform/certificate.h"
#include "platform/error.h"
#include "platform/files.h"

namespace app {

namespace {

struct CertificateOptions {
    std::string out;
    std::vector<std::string> names, addresses;
};

// Adds the names and addresses of this machine.
void add_own(CertificateOptions& options) {
    if (options.names.empty()) {
        char host[256] = {};
        gethostname(host, sizeof host - 1);
        options.names = {"lectern.local"};
        if (const std::string name = host; !name.empty() && name != "lectern")
            options.names.push_back(name + ".local");
    }
    if (!options.addresses.empty()) return;
    for (const std::string& url : reachable_addresses("0.0.0.0", 1, false))
        options.addresses.push_back(url.substr(7, url.rfind(':') - 7)); // http://ADDRESS:1
}

platform::KeyAndCertificate authority_in(const std::filesystem::path& folder, std::ostream& out) {
    const auto key = platform::read_file(folder / "authority-key.pem");
    const auto certificate = platform::read_file(folder / "authority.pem");
    if (key && certificate) return {*key, *certificate};
    if (key || certificate)
        throw platform::Error(platform::ErrorKind::conflict,
                              folder.string() + " holds only half of an authority");
    auto made = platform::make_authority("Lectern in this school");
    platform::write_file_atomically(folder / "authority-key.pem", made.key);
    platform::write_file_atomically(folder / "authority.pem", made.certificate);
    out << "A new authority: " << (folder / "authority.pem").string() << "\n";
    return made;
}

// /etc/lectern/tls is root's, and the service's group may read it. There the server must be able to read its
// certificate and key; the authority's key stays root's alone.
void let_group_of_folder_read(const std::filesystem::path& file) {
    struct stat folder {};
    if (::geteuid() != 0 || ::stat(file.parent_path().c_str(), &folder) != 0) return;
    if (folder.st_uid != 0 || folder.st_gid == 0 || (folder.st_mode & S_IRGRP) == 0) return;
    if (::chown(file.c_str(), 0, folder.st_gid) != 0 ||
        ::chmod(file.c_str(), S_IRUSR | S_IWUSR | S_IRGRP) != 0)
        throw platform::Error(
            platform::ErrorKind::forbidden,
            "Cannot let the group of its folder read " + file.string() + ": " + std::strerror(errno));
}

int make(CertificateOptions options, const Streams& streams) {
    add_own(options);
    const std::filesystem::path folder = std::filesystem::absolute(options.out);
    platform::make_private_folder(folder);
    const auto authority = authority_in(folder, streams.out);
    const auto server = platform::make_server_certificate(authority, options.names, options.addresses);
    platform::write_file_atomically(folder / "server-key.pem", server.key);
    platform::write_file_atomically(folder / "server.pem", server.certificate + authority.certificate);
    for (const char* name : {"server.pem", "server-key.pem", "authority.pem"})
        let_group_of_folder_read(folder / name);
    streams.out << "A certificate for";
    for (const auto* list : {&options.names, &options.addresses})
        for (const std::string& one : *list)
            streams.out << " " << one;
    streams.out << "\nFor the server's configuration:\n"
                << "  tls_cert = \"" << (folder / "server.pem").string() << "\"\n"
                << "  tls_key = \"" << (folder / "server-key.pem").string() << "\"\n"
                << "Devices trust it once they have " << (folder / "authority.pem").string()
                << "; the box offers it at /v1/authority.\n";
    return 0;
}

} // namespace

void add_certificate(CLI::App& root, Line& line) {
    const auto options = std::make_shared<CertificateOptions>();
    CLI::App& command =
        add_command(root, "certificate", "Make a certificate for this box, and an authority of its own",
                    "lectern certificate --out /etc/lectern/tls --name lectern.local --address 192.0.2.5");
    command.add_option("--out", options->out, "The folder; an authority that is there signs again")
        ->required();
    command.add_option("--name", options->names, "A name of the box; several times, or with commas")
        ->delimiter(',');
    command
        .add_option("--address", options->addresses,
                    "A numeric address of the box; several times, or with commas")
        ->delimiter(',');
    command.callback(
        [options, &line] { line.action = [options, &line] { return make(*options, line.streams); }; });
}

} // namespace app
