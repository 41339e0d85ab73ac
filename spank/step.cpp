#include "spank/step.hpp"

#include "base/words.hpp"
#include "config/paths.hpp"
#include "pin/request.hpp"
#include "spank/core_loader.hpp"
#include "spank/options.hpp"

#include <sched.h>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fairlead::spank {
namespace {

/// One step on one node, from init to exit; tasks inherit it through fork.
struct Step {
    const char* config_path = nullptr;         ///< from plugstack.conf, kept by Slurm
    const char* core_path = config::core_path; ///< or from plugstack.conf
    const fairlead_core_functions* core = nullptr;
    fairlead_plan* plan = nullptr;
    std::optional<std::string> refusal; ///< why no task of this step may run here
    bool reports = false;
    // A plugin that plugstack.conf names twice is called twice.
    bool opened = false, planned = false, task_started = false;
};

Step step;

Error fault_in(const char* where) {
    return {Code::P203, fmt::format("Fairlead met a fault of its own in {}; drop the option to run "
                                    "without it",
                                    where)};
}

std::uint32_t number_item(spank_t spank, spank_item_t item, std::uint32_t otherwise) {
    std::uint32_t value = 0;
    return spank_get_item(spank, item, &value) == ESPANK_SUCCESS ? value : otherwise;
}

/// Empty where it is not set; cut off where it is long.
std::string variable(spank_t spank, const char* name) {
    char value[256] = "";
    const spank_err_t answer = spank_getenv(spank, name, value, sizeof value);
    if (answer == ESPANK_NOSPACE)
        return "(long)";
    return answer == ESPANK_SUCCESS ? value : "";
}

bool core_ready() {
    if (step.core)
        return true;
    const auto loaded = load_core(step.core_path);
    if (!loaded) {
        step.refusal = to_string(loaded.error());
        return false;
    }
    step.core = *loaded;
    return true;
}

bool prolog_refused(std::uint32_t job) {
    const std::string path =
        std::string(config::run_dir) + "/jobs/" + std::to_string(job) + "/refused.json";
    return ::access(path.c_str(), F_OK) == 0;
}

void ask_gate(std::uint32_t job, bool efa_required) {
    if (!core_ready())
        return;
    const fairlead_gate_query query{step.config_path, job, efa_required};
    fairlead_sentence sentence{};
    if (step.core->gate(&query, &sentence) != FAIRLEAD_OK)
        step.refusal = sentence.text;
}

/// A --cpu-bind of the user's own: SLURM_CPU_BIND is "quiet,mask_cpu:..." then, and empty without.
/// Once tasks start it is always set, so this can only be told in user_init.
bool user_binds(spank_t spank) { return !variable(spank, "SLURM_CPU_BIND").empty(); }

/// Slurm says 1 as well when the user gave no --cpus-per-task; the variable is then unset, or, on
/// 22.05, the batch job's own.
int cpus_per_task(spank_t spank) {
    const std::uint32_t cpus = number_item(spank, S_STEP_CPUS_PER_TASK, 0);
    if (cpus == 1 && variable(spank, "SLURM_CPUS_PER_TASK") != "1")
        return 0;
    return static_cast<int>(cpus);
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

void make_plan(spank_t spank) {
    char* cores = nullptr;
    if (spank_get_item(spank, S_STEP_ALLOC_CORES, &cores) != ESPANK_SUCCESS)
        cores = nullptr;
    const std::vector<std::uint32_t> ranks = global_ranks(spank);
    const fairlead_step query{step.config_path, options().pin->c_str(), cores,
                              ranks.data(),     ranks.size(),           cpus_per_task(spank)};
    fairlead_sentence sentence{};
    if (step.core->plan(&query, &step.plan, &sentence) != FAIRLEAD_OK)
        step.refusal = sentence.text;
}

void print_report() {
    const char* line = nullptr;
    for (std::size_t i = 0; (line = step.core->report_line(step.plan, i)); ++i)
        slurm_spank_log("%s", line);
}

int apply(spank_t spank, std::size_t local_id) {
    fairlead_row row{};
    if (step.core->row(step.plan, local_id, &row) != FAIRLEAD_OK) {
        slurm_spank_log("fairlead: no plan for local task %zu [FL-P202]", local_id);
        return failed;
    }
    const auto* mask = reinterpret_cast<const cpu_set_t*>(row.cpu_mask);
    if (::sched_setaffinity(0, row.cpu_mask_size, mask) != 0) {
        slurm_spank_log("fairlead: local task %zu cannot be bound: %m [FL-P202]", local_id);
        return failed;
    }
    for (const char* const* pair = row.variables; *pair; pair += 2)
        spank_setenv(spank, pair[0], pair[1], 1);
    return 0;
}

} // namespace

Result<void> read_settings(int argc, char** argv) {
    constexpr std::string_view config_key = "config=", core_key = "core=";
    for (int i = 0; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word.starts_with(config_key))
            step.config_path = argv[i] + config_key.size();
        else if (word.starts_with(core_key))
            step.core_path = argv[i] + core_key.size();
        else
            return fail(Code::X105,
                        "plugstack.conf: unknown word '{}'; expected config=PATH or core=PATH",
                        printable(word));
    }
    return {};
}

void refuse_step(const Error& error) {
    if (!step.refusal)
        step.refusal = to_string(error);
}

int step_faulted(const char* where) {
    if (options().pin || options().efa)
        refuse_step(fault_in(where));
    return 0;
}

int step_opened(spank_t spank) {
    if (std::exchange(step.opened, true))
        return 0;
    if (options().error)
        refuse_step(*options().error);
    if (faulted_option())
        refuse_step(fault_in(faulted_option()));
    const std::uint32_t job = number_item(spank, S_JOB_ID, 0);
    if (number_item(spank, S_JOB_STEPID, 0) == extern_step || job == 0)
        return 0;
    const bool efa_required = options().efa == "required";
    if (!step.refusal && (efa_required || prolog_refused(job)))
        ask_gate(job, efa_required);
    return 0;
}

int step_planned(spank_t spank) {
    if (std::exchange(step.planned, true) || step.refusal || !options().pin ||
        number_item(spank, S_JOB_STEPID, 0) >= first_special_step)
        return 0;
    const auto request = pin::parse_request(*options().pin);
    if (!request || !request->on)
        return 0;
    const bool first_node = number_item(spank, S_JOB_NODEID, 0) == 0;
    if (user_binds(spank)) {
        if (first_node)
            slurm_spank_log("fairlead: --efa-pin yields to --cpu-bind");
        return 0;
    }
    if (!core_ready())
        return 0;
    make_plan(spank);
    step.reports = request->verbose > 1 || (request->verbose == 1 && first_node);
    return 0;
}

int task_started(spank_t spank) {
    // No code of the user runs in an extern step, and without it the job would not run at all.
    if (std::exchange(step.task_started, true) ||
        number_item(spank, S_JOB_STEPID, 0) == extern_step)
        return 0;
    int local_id = 0;
    if (spank_get_item(spank, S_TASK_ID, &local_id) != ESPANK_SUCCESS)
        local_id = 0;
    if (step.refusal) {
        if (local_id == 0)
            slurm_spank_log("fairlead: %s", step.refusal->c_str());
        return failed;
    }
    if (!step.plan)
        return 0;
    if (step.reports && local_id == 0)
        print_report();
    return apply(spank, static_cast<std::size_t>(local_id));
}

int step_closed() {
    if (step.plan)
        step.core->release(step.plan);
    step.plan = nullptr;
    return 0;
}

} // namespace fairlead::spank
