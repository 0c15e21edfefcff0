#include "bench/school.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/bench.h"
#include "bench/load.h"

namespace bench {

using Json = nlohmann::json;

std::filesystem::path lectern_program() {
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "lectern";
    if (!std::filesystem::exists(program)) throw std::runtime_error("bench: there is no " + program.string());
    return program;
}

namespace {

School signed_in(std::unique_ptr<Process> server) {
    School school;
    school.server = std::move(server);
    const Json login{{"username", "bench"}, {"password", "bench-bench"}};
    school.token = Json::parse(ask(school.port(), "POST", "/v1/logins", "", login.dump())).at("token");
    return school;
}

} // namespace

School open_school(const std::filesystem::path& folder, const std::string& config) {
    return signed_in(start_lectern(lectern_program(), folder, config));
}

School open_school_again(const std::filesystem::path& folder) {
    return signed_in(start_lectern_on(lectern_program(), folder));
}

void School::pair_up_to(std::size_t headsets) {
    while (device_tokens.size() < headsets) {
        const Json code = Json::parse(ask(port(), "POST", "/v1/pairing-codes", token, "{}")).at("code");
        const Json pairing{{"code", code},
                           {"serial_number", "BENCH-" + std::to_string(device_tokens.size() + 1)}};
        device_tokens.push_back(
            Json::parse(ask(port(), "POST", "/v1/pairings", "", pairing.dump())).at("token"));
    }
}

Measured median_of(const std::vector<Measured>& runs) {
    std::vector<double> per_s, cpu_us, p99_ms;
    for (const Measured& run : runs) {
        per_s.push_back(run.per_s);
        cpu_us.push_back(run.cpu_us);
        p99_ms.push_back(run.p99_ms);
    }
    return {median(per_s), median(cpu_us), median(p99_ms)};
}

} // namespace bench
