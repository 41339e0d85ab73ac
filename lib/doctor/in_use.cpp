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

/// Lines of the site, one of which that names the plugin is an error of the plan; and our own file
/// where PlugStackConfig has it elsewhere than beside slurm.conf, because the package leaves it.
void add_plugstack(Uses& uses, const fs::path& plugstack, const fs::path& slurm_conf) {
    const auto edit = setup::plan_plugstack(plugstack, false);
    if (!edit)
        uses.push_back(edit.error().message);
    else if (!edit->before.empty() && plugstack.parent_path() != slurm_conf.parent_path())
        uses.push_back(fmt::format("{} names the plugin; remove that file", edit->file.native()));
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
        add_plugstack(uses, setup::plugstack_path(*conf, slurm_conf), slurm_conf);
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
