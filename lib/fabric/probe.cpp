#include "fabric/probe.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace fairlead::fabric {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_devices = 256;

std::string text_of(const Json& json, const char* name) {
    const auto field = json.find(name);
    return field != json.end() && field->is_string() ? printable(field->get<std::string>(), 4096)
                                                     : std::string{};
}

std::int64_t number_of(const Json& json, const char* name) {
    const auto field = json.find(name);
    return field != json.end() && field->is_number_integer() ? field->get<std::int64_t>() : 0;
}

/// Everything of `wanted` that is not in `there`.
std::vector<std::string> missing(const std::vector<std::string>& wanted,
                                 const std::vector<std::string>& there) {
    std::vector<std::string> rest;
    std::ranges::set_difference(wanted, there, std::back_inserter(rest));
    return rest;
}

std::vector<std::string> addresses_of(const std::vector<EfaDevice>& devices) {
    std::vector<std::string> addresses;
    std::ranges::transform(devices, std::back_inserter(addresses), &EfaDevice::pci);
    std::ranges::sort(addresses);
    return addresses;
}

/// "libfabric", "offer"
struct Witness {
    std::string_view name, verb;
};

std::string difference(const Witness& witness, const std::vector<std::string>& hardware,
                       const std::vector<std::string>& named) {
    if (const auto not_named = missing(hardware, named); !not_named.empty())
        return fmt::format("efa: {} does not {} {}", witness.name, witness.verb,
                           fmt::join(not_named, ", "));
    return fmt::format("efa: {} {}s {}, which the node does not have", witness.name, witness.verb,
                       fmt::join(missing(named, hardware), ", "));
}

} // namespace

Result<ProbeAnswer> parse_probe(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("devices") || !json["devices"].is_array() ||
        json["devices"].size() > most_devices)
        return fail(Code::E204, "the libfabric probe printed no answer");
    ProbeAnswer answer{.libfabric = text_of(json, "libfabric"),
                       .library = text_of(json, "library"),
                       .modified = number_of(json, "modified"),
                       .provider_version = text_of(json, "provider_version"),
                       .pci = {}};
    for (const Json& device : json["devices"])
        if (device.is_string())
            answer.pci.push_back(printable(device.get<std::string>()));
    std::ranges::sort(answer.pci);
    answer.pci.erase(std::unique(answer.pci.begin(), answer.pci.end()), answer.pci.end());
    return answer;
}

Result<ProbeAnswer> ask_probe(const std::filesystem::path& program,
                              const std::filesystem::path& providers,
                              std::chrono::milliseconds deadline) {
    if (auto trusted = check_trusted(program); !trusted)
        return std::unexpected(trusted.error());
    std::vector<std::string> environment;
    if (!providers.empty())
        environment.push_back("FI_PROVIDER_PATH=" + providers.native());
    const auto result = run_child(Code::E204, {program.native()}, environment, deadline);
    if (!result)
        return std::unexpected(result.error());
    if (result->status != 0)
        return fail(Code::E204, "{} ended with status {}", program.native(), result->status);
    return parse_probe(result->output);
}

bool holds(const ProbeAnswer& answer) {
    struct stat info{};
    constexpr std::int64_t second = 1'000'000'000;
    return ::stat(answer.library.c_str(), &info) == 0 &&
           info.st_mtim.tv_sec * second + info.st_mtim.tv_nsec == answer.modified;
}

Finding check_libfabric(const std::optional<ProbeAnswer>& answer,
                        const std::vector<EfaDevice>& devices, bool demanded) {
    Finding finding{.check = "libfabric",
                    .found = answer ? fmt::format("{} interfaces, libfabric {}", answer->pci.size(),
                                                  answer->libfabric)
                                    : "",
                    .expected = demanded ? fmt::format("{} interfaces", devices.size()) : ""};
    if (!demanded || devices.empty())
        return finding;
    if (!answer) {
        finding.state = State::Unknown;
        return finding;
    }
    const auto hardware = addresses_of(devices);
    if (answer->pci == hardware)
        return finding;
    finding.state = State::Failed;
    finding.error =
        answer->pci.empty()
            ? Error{Code::E214,
                    fmt::format("efa: libfabric {} offers no EFA endpoint", answer->libfabric)}
            : Error{Code::E215, difference({"libfabric", "offer"}, hardware, answer->pci)};
    return finding;
}

Finding check_hwloc(const std::optional<std::vector<std::string>>& shown,
                    const std::vector<EfaDevice>& devices, bool demanded) {
    Finding finding{.check = "hwloc",
                    .found = shown ? fmt::format("{} interfaces", shown->size()) : "",
                    .expected = demanded ? fmt::format("{} interfaces", devices.size()) : ""};
    if (!demanded || devices.empty())
        return finding;
    const auto hardware = addresses_of(devices);
    if (!shown || shown->empty()) {
        finding.state = State::Unknown;
    } else if (*shown != hardware) {
        finding.state = State::Failed;
        finding.error = Error{Code::E215, difference({"hwloc", "show"}, hardware, *shown)};
    }
    return finding;
}

} // namespace fairlead::fabric
