#include "spank/step_facts.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace fairlead::spank {

std::uint32_t number_item(spank_t spank, spank_item_t item, std::uint32_t otherwise) {
    std::uint32_t value = 0;
    return spank_get_item(spank, item, &value) == ESPANK_SUCCESS ? value : otherwise;
}

std::string variable(spank_t spank, const char* name) {
    std::string value(4096, '\0');
    const spank_err_t answer =
        spank_getenv(spank, name, value.data(), static_cast<int>(value.size()));
    if (answer == ESPANK_NOSPACE)
        return std::string(value.size(), '?');
    return answer == ESPANK_SUCCESS ? value.c_str() : "";
}

/// The kind of binding, "mask_cpu:" or "cores"; empty without --cpu-bind and with one that only
/// asks for words (verbose, quiet). srun writes "threads" there for --threads-per-core and
/// --hint=nomultithread too, and "cores" for the other hints, which ask for no binding.
bool user_binds(spank_t spank) {
    const std::string kind = variable(spank, "SLURM_CPU_BIND_TYPE");
    const std::string hint = variable(spank, "SLURM_HINT");
    const bool by_threads =
        hint == "nomultithread" || !variable(spank, "SLURM_THREADS_PER_CORE").empty();
    const bool by_cores = hint == "compute_bound" || hint == "memory_bound";
    const bool hinted = (by_threads && kind == "threads") || (by_cores && kind == "cores");
    return !kind.empty() && !hinted;
}

std::string memory_binding(spank_t spank) {
    std::string kind = variable(spank, "SLURM_MEM_BIND_TYPE");
    if (kind.empty() || variable(spank, "SLURM_MEM_BIND_PREFER").empty())
        return kind;
    return "prefer," + kind;
}

/// Slurm says 1 as well when the user gave no --cpus-per-task; the variable is then unset, or, on
/// 22.05, the batch job's own.
int cpus_per_task(spank_t spank) {
    const std::uint32_t cpus = number_item(spank, S_STEP_CPUS_PER_TASK, 0);
    if (cpus == 1 && variable(spank, "SLURM_CPUS_PER_TASK") != "1")
        return 0;
    return static_cast<int>(cpus);
}

int threads_per_core(spank_t spank) {
    const std::string value = variable(spank, "SLURM_THREADS_PER_CORE");
    int threads = 0;
    std::from_chars(value.data(), value.data() + value.size(), threads);
    return std::clamp(threads, 0, 64);
}

std::string_view launcher(spank_t spank) {
    constexpr std::array<std::string_view, 6> daemons{
        "orted", "prted", "prte", "hydra_pmi_proxy", "hydra_bstrap_proxy", "pmi_proxy"};
    int count = 0;
    char** arguments = nullptr;
    if (spank_get_item(spank, S_JOB_ARGV, &count, &arguments) != ESPANK_SUCCESS || count < 1)
        return {};
    const std::string_view path = arguments[0];
    const auto* const daemon = std::ranges::find(daemons, path.substr(path.find_last_of('/') + 1));
    return daemon == daemons.end() ? std::string_view{} : *daemon;
}

std::vector<std::uint32_t> global_ranks(spank_t spank) {
    std::vector<std::uint32_t> ranks(number_item(spank, S_JOB_LOCAL_TASK_COUNT, 0));
    for (std::uint32_t local = 0; local < ranks.size(); ++local) {
        std::uint32_t global = local;
        spank_get_item(spank, S_JOB_LOCAL_TO_GLOBAL_ID, local, &global);
        ranks[local] = global;
    }
    return ranks;
}

} // namespace fairlead::spank
