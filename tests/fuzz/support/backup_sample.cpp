#include "fuzz/support/backup_sample.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "admin/archive.h"
#include "platform/crypto.h"
#include "support/classroom.h"

namespace fuzz {

namespace {

Entries make_sample() {
    support::Classroom school;
    school.write([&](store::Tx& tx) {
        people::NewPerson head;
        head.role = platform::Role::administrator;
        head.nickname = "head";
        head.username = "head";
        head.password_hash = school.services->hasher.hash("correct horse");
        school.services->people.add(tx, school.organisation, head);
    });
    school.add_student("ada");
    const auto backup = school.services->backups.make(false);
    Entries entries;
    admin::read_archive(school.services->backups.path_of(backup.name),
                        [&](const std::string& name, std::uint64_t, const auto& read) {
                            entries.emplace_back(name, "");
                            for (std::string_view piece = read(); !piece.empty(); piece = read())
                                entries.back().second += piece;
                        });
    return entries;
}

std::string head_of(std::string_view name, std::size_t size) {
    std::string head(512, '\0');
    name = name.substr(0, 100);
    head.replace(0, name.size(), name);
    char text[16];
    std::snprintf(text, sizeof text, "%011zo", size);
    head.replace(124, 11, text);
    head[156] = '0';
    head.replace(148, 8, "        ");
    unsigned sum = 0;
    for (const char c : head)
        sum += static_cast<unsigned char>(c);
    std::snprintf(text, sizeof text, "%06o", sum);
    head.replace(148, 7, std::string(text, 6) + '\0');
    return head;
}

} // namespace

const Entries& backup_sample() {
    static const Entries sample = make_sample();
    return sample;
}

std::string archive_of(const Entries& entries) {
    std::string archive;
    for (const auto& [name, bytes] : entries) {
        archive += head_of(name, bytes.size());
        archive += bytes;
        archive.append((512 - bytes.size() % 512) % 512, '\0');
    }
    return archive + std::string(1024, '\0');
}

std::string manifest_of(const Entries& entries) {
    nlohmann::json files = nlohmann::json::object();
    for (const auto& [name, bytes] : entries)
        if (name != "backup.json") files[name]["sha256"] = platform::sha256_hex(bytes);
    const nlohmann::json manifest{{"version", "0.1"}, {"files", files}};
    return manifest.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

} // namespace fuzz
