#include "doctor/in_use.hpp"

#include "doctor/prolog_chain.hpp"
#include "setup/installed.hpp"
#include "setup/plugstack_edit.hpp"
#include "setup/slurm_conf.hpp"

namespace fairlead::doctor {
namespace fs = std::filesystem;
namespace {

using Uses = std::vector<std::string>;

void add_program(Uses& uses, const setup::SlurmConf& conf, const char* key, std::string_view shown,
                 const char* name) {
    const std::string value = setup::value_of(conf, key);
    if (runs(value, fs::path(setup::program_folder) / name))
        uses.push_back(fmt::format("{}={} runs {}", shown, value, name));
}

/// Lines of the site; one that names the plugin is an error of the plan.
void add_plugstack(Uses& uses, const fs::path& plugstack) {
    if (const auto edit = setup::plan_plugstack(plugstack, false); !edit)
        uses.push_back(edit.error().message);
}

} // namespace

Result<std::vector<std::string>> uses_of(std::string_view part, const fs::path& slurm_conf) {
    const auto conf = setup::read_slurm_conf(slurm_conf);
    if (!conf && conf.error().code == Code::X101 && !fs::exists(slurm_conf))
        return Uses{};
    if (!conf)
        return std::unexpected(conf.error());
    Uses uses;
    if (part == spank_part)
        add_plugstack(uses, setup::plugstack_path(*conf, slurm_conf));
    if (part == prolog_part) {
        add_program(uses, *conf, "prolog", "Prolog", "fairlead-prolog");
        add_program(uses, *conf, "epilog", "Epilog", "fairlead-epilog");
    }
    if (part == placement_part)
        add_program(uses, *conf, "prologslurmctld", "PrologSlurmctld", "fairlead-prolog-slurmctld");
    if (part == jobsubmit_part)
        if (setup::has(setup::list_of(*conf, "jobsubmitplugins"), "fairlead"))
            uses.push_back(fmt::format("JobSubmitPlugins={} names it",
                                       setup::value_of(*conf, "jobsubmitplugins")));
    return uses;
}

} // namespace fairlead::doctor
