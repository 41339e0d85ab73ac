#include "cli/enable.hpp"

#include "base/files.hpp"
#include "config/paths.hpp"
#include "setup/dry_load.hpp"
#include "setup/installed.hpp"
#include "setup/parallelcluster.hpp"
#include "setup/plugstack.hpp"

#include <unistd.h>

namespace fairlead::cli {
namespace fs = std::filesystem;
namespace {

using Folders = std::vector<fs::path>;

Result<void> check_plugin(std::string_view name, setup::Fit fit, const Folders& folders) {
    const auto object = setup::find_plugin(std::string(name), folders);
    if (!object)
        return std::unexpected(object.error());
    if (auto trusted = check_trusted(*object); !trusted)
        return trusted;
    return setup::dry_load_plugin(*object, fit, folders);
}

Result<void> check_part(const fs::path& object, const Folders& folders) {
    if (auto trusted = check_trusted(object); !trusted)
        return trusted;
    return setup::dry_load(object, folders);
}

Result<void> check_spank(const Folders& folders) {
    if (auto fits = check_plugin(setup::spank_object, setup::Fit::Release, folders); !fits)
        return fits;
    const fs::path core = config::core_path;
    for (const fs::path& part :
         {fs::path(config::step_path), core, core.parent_path() / "spank-recorded.so"})
        if (auto loads = check_part(part, folders); !loads)
            return loads;
    return {};
}

Result<void> check_programs() {
    for (const char* name : {"fairlead-prolog", "fairlead-epilog"}) {
        const fs::path program = fs::path(setup::program_folder) / name;
        if (::access(program.c_str(), X_OK) != 0)
            return fail(Code::X101,
                        "{} is not there, or is no program; install the package of Fairlead for "
                        "compute nodes",
                        program.native());
        if (auto trusted = check_trusted(program); !trusted)
            return trusted;
    }
    return {};
}

} // namespace

Result<void> check_parts(const Parts& parts, const setup::SlurmConf& conf) {
    const Folders folders = setup::plugin_folders(conf);
    if (parts.spank)
        if (auto fits = check_spank(folders); !fits)
            return fits;
    if (parts.jobsubmit)
        if (auto fits = check_plugin("job_submit_fairlead.so", setup::Fit::Version, folders); !fits)
            return fits;
    return parts.prolog ? check_programs() : Result<void>{};
}

Result<void> check_shared_parts(const Parts& parts, const setup::SlurmConf& conf,
                                const fs::path& slurm_conf) {
    if (!setup::made_by_parallelcluster(slurm_conf))
        return {};
    const Folders folders = setup::plugin_folders(conf);
    std::vector<std::string> names;
    if (parts.spank)
        names.emplace_back(setup::spank_object);
    if (parts.jobsubmit)
        names.emplace_back("job_submit_fairlead.so");
    for (const std::string& name : names)
        if (const auto object = setup::find_plugin(name, folders); !object)
            return std::unexpected(object.error());
        else if (auto shared = setup::check_shared(*object, slurm_conf); !shared)
            return shared;
    return {};
}

} // namespace fairlead::cli
