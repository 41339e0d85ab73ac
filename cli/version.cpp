/// fairlead version

#include "cli/commands.hpp"
#include "config/paths.hpp"

#include <hwloc.h>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

/// Slurm writes 22.05.8, hwloc 2.9.0; both keep a byte for each part.
std::string dotted(unsigned version, int minor_digits) {
    return fmt::format("{}.{:0{}}.{}", version >> 16, version >> 8 & 0xff, minor_digits,
                       version & 0xff);
}

void print(bool json) {
    const std::string slurm = dotted(FAIRLEAD_SLURM_VERSION, 2);
    const std::string hwloc = dotted(hwloc_get_api_version(), 1);
    if (!json) {
        fmt::print("fairlead {} (built for Slurm {}, hwloc API {})\n", config::version, slurm,
                   hwloc);
        return;
    }
    const nlohmann::ordered_json object{{"schema", "fairlead.version/1"},
                                        {"fairlead", config::version},
                                        {"slurm", slurm},
                                        {"hwloc_api", hwloc}};
    fmt::print("{}\n", object.dump(2));
}

} // namespace

void add_version(CLI::App& app, Session&) {
    auto json = std::make_shared<bool>(false);
    CLI::App* command =
        app.add_subcommand("version", "version of Fairlead and what it is built for");
    add_format(*command, *json);
    command->callback([json] { print(*json); });
}

} // namespace fairlead::cli
