#include "submit/variables.hpp"
#include "submit/releases.hpp"

#include <array>
#include <cstdlib>

namespace fairlead::submit {
namespace {

constexpr unsigned B = bit_of(Command::Sbatch), R = bit_of(Command::Srun),
                   A = bit_of(Command::Salloc), all = B | R | A;
constexpr std::uint32_t always = 0, ever = 0xffff;

/// A variable behind SBATCH_, SLURM_ or SALLOC_ and the option it is. Only what rules read.
struct Variable {
    std::string_view name, option;
    unsigned commands;
    std::uint32_t since = always, until = ever;
};

/// From the manual pages of 22.05, 24.11 and 26.05; what differs was seen. Others, such as
/// SBATCH_NTASKS and SALLOC_JOB_NAME, are no variables.
constexpr std::array variables{
    Variable{"ACCOUNT", "account", all},
    Variable{"ARRAY_INX", "array", B},
    Variable{"BURST_BUFFER", "bb", R | A},
    Variable{"CONSTRAINT", "constraint", all},
    Variable{"CONTAINER", "container", B | A},
    Variable{"CPUS_PER_GPU", "cpus-per-gpu", all},
    Variable{"CPUS_PER_TASK", "cpus-per-task", R, in_24_11},
    Variable{"DEPENDENCY", "dependency", R},
    Variable{"EXCLUSIVE", "exclusive", all},
    Variable{"EXPORT", "export", B},
    Variable{"GPUS", "gpus", all},
    Variable{"GPUS_PER_NODE", "gpus-per-node", all},
    Variable{"GPUS_PER_TASK", "gpus-per-task", all},
    Variable{"GRES", "gres", all},
    Variable{"HINT", "hint", all},
    Variable{"JOB_NAME", "job-name", B | R},
    Variable{"JOB_NUM_NODES", "nodes", R},
    Variable{"MEM_PER_CPU", "mem-per-cpu", all},
    Variable{"MEM_PER_GPU", "mem-per-gpu", all},
    Variable{"MEM_PER_NODE", "mem", all},
    Variable{"NETWORK", "network", all},
    Variable{"NO_REQUEUE", "no-requeue", B},
    Variable{"NPROCS", "ntasks", R},
    Variable{"NTASKS", "ntasks", R},
    Variable{"NTASKS_PER_GPU", "ntasks-per-gpu", R},
    Variable{"NTASKS_PER_NODE", "ntasks-per-node", R},
    Variable{"OVERCOMMIT", "overcommit", all},
    Variable{"PARTITION", "partition", all},
    Variable{"QOS", "qos", all},
    Variable{"REMOTE_CWD", "chdir", R},
    Variable{"REQUEUE", "requeue", B},
    Variable{"REQ_SWITCH", "switches", all},
    Variable{"RESERVATION", "reservation", all},
    Variable{"THREADS_PER_CORE", "threads-per-core", all},
    Variable{"TIMELIMIT", "time", all},
    Variable{"TRES_PER_TASK", "tres-per-task", all, in_24_11},
    Variable{"WAIT4SWITCH", "", all},
    Variable{"WCKEY", "wckey", all},
    Variable{"WORKING_DIR", "chdir", R},
};

/// The same with their whole names.
constexpr std::array whole_names{
    Variable{"SLURM_HINT", "hint", B | A},
    Variable{"SRUN_CONTAINER", "container", R},
    Variable{"SRUN_CPUS_PER_TASK", "cpus-per-task", R, always, in_24_11 - 1},
};

std::string_view prefix_of(Command command) {
    constexpr std::array<std::string_view, 3> prefixes{"SBATCH_", "SLURM_", "SALLOC_"};
    return prefixes.at(static_cast<std::size_t>(command));
}

/// Of an option without a value: set by nothing, "yes" or a number but 0 (seen on 22.05).
bool is_on(std::string_view value) {
    return value.empty() || value == "yes" || std::strtol(std::string(value).c_str(), nullptr, 10);
}

} // namespace

std::optional<std::string_view> variable(std::span<const std::string> environment,
                                         std::string_view name) {
    for (const std::string_view entry : environment)
        if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name))
            return entry.substr(name.size() + 1);
    return std::nullopt;
}

std::vector<Given> read_variables(std::span<const std::string> environment, Command command,
                                  std::uint32_t release) {
    std::vector<Given> given;
    const auto take = [&](const Variable& known, const std::string& name) {
        if ((known.commands & bit_of(command)) == 0 || release < known.since ||
            release > known.until)
            return;
        const Option* option = find_option(known.option, command);
        const auto value = variable(environment, name);
        if (!option || !value)
            return;
        const bool flag = option->takes == Takes::Nothing || option->name == "requeue";
        if (!flag)
            given.push_back({option, std::string(*value)});
        else if (is_on(*value))
            given.push_back({option});
    };
    for (const Variable& known : variables)
        take(known, std::string(prefix_of(command)) + std::string(known.name));
    for (const Variable& known : whole_names)
        take(known, std::string(known.name));
    return given;
}

} // namespace fairlead::submit
