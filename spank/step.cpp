#include "spank/step.hpp"

#include "config/paths.hpp"
#include "pin/request.hpp"
#include "spank/core_loader.hpp"
#include "spank/inherited.hpp"
#include "spank/options.hpp"
#include "spank/settings.hpp"
#include "spank/staged_script.hpp"
#include "spank/step_facts.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <sched.h>
#include <unistd.h>
#include <utility>

namespace fairlead::spank {
namespace {

/// One step on one node, from init to exit; tasks inherit it through fork.
struct Step {
    const fairlead_core_functions* core = nullptr;
    fairlead_plan* plan = nullptr;
    std::optional<std::string> refusal; ///< why no task of this step may run here
    bool reports = false;               ///< the whole report, else what does not hold
    bool dry_run = false;
    bool asked = false;  ///< by the user, in words for this step or in FAIRLEAD_PIN
    bool strict = false; ///< said by whoever asked
    bool staged = false; ///< its job's script stages data in
    // A plugin that plugstack.conf names twice is called twice.
    bool opened = false, planned = false, task_started = false;
};

Step step;

constexpr const char* pin_variable = "FAIRLEAD_PIN";

Error fault_in(const char* where) {
    return {Code::P203, fmt::format("Fairlead met a fault of its own in {}; drop the option to run "
                                    "without it",
                                    where)};
}

bool core_ready() {
    if (step.core)
        return true;
    const auto loaded = load_core(settings().core_path);
    if (!loaded) {
        step.refusal = to_string(loaded.error());
        return false;
    }
    step.core = *loaded;
    return true;
}

/// What the prolog says about the job on this node is in the names of its files.
bool prolog_left(std::uint32_t job, const char* name) {
    const std::string path =
        std::string(config::run_dir) + "/jobs/" + std::to_string(job) + "/" + name;
    return ::access(path.c_str(), F_OK) == 0;
}

bool prolog_refused(std::uint32_t job) {
    return prolog_left(job, "refused.json") || prolog_left(job, "unstaged.json");
}

bool stages_in() {
    return std::ranges::any_of(options().staging, [](const stage::Transfer& transfer) {
        return transfer.direction == stage::Direction::In;
    });
}

/// Where no prolog of ours ran, and for a step that asks by itself, nobody copied anything.
void refuse_unstaged(std::uint32_t job) {
    if (prolog_left(job, "staged.json") || prolog_left(job, "unstaged.json"))
        return;
    if (step.staged)
        refuse_step({Code::S130, "the job's script asks for data (#STAGE in), or cannot be "
                                 "read, and nothing was staged on this node: the prolog of "
                                 "Fairlead did not run here, or "
                                 "slurmctld has no job_submit plugin of Fairlead"});
    if (stages_in())
        refuse_step({Code::S130,
                     "nothing was staged on this node for the job; --stage-in is for "
                     "sbatch, salloc and the srun that makes a job, and needs the prolog "
                     "of Fairlead on the nodes"});
}

void ask_gate(std::uint32_t job, bool efa_required) {
    if (!core_ready())
        return;
    const fairlead_gate_query query{settings().config_path, job, efa_required};
    fairlead_sentence sentence{};
    if (step.core->gate(&query, &sentence) != FAIRLEAD_OK)
        step.refusal = sentence.text;
}

/// The user's request; empty for none.
std::optional<std::string> own_request(spank_t spank) {
    if (options().pin)
        return options().pin;
    if (std::string value = variable(spank, pin_variable); !value.empty())
        return value;
    return std::nullopt;
}

/// The request that counts: the user's, or the site's default.
std::optional<std::string> request_of(spank_t spank) {
    if (auto own = own_request(spank))
        return own;
    if (std::string value = pin_default(variable(spank, "SLURM_JOB_PARTITION"));
        !value.empty() && !settings().off)
        return value;
    return std::nullopt;
}

/// Most nodes have all recorded that a plan needs, and the part that plans from records alone is
/// much faster to load; where it is missing or cannot answer, the whole part does.
bool planned_from_records(const fairlead_step& query, fairlead_sentence& sentence, int& answer) {
    const auto part = load_core(recorded_path(settings().core_path));
    if (!part)
        return false;
    answer = (*part)->plan(&query, &step.plan, &sentence);
    if (answer == FAIRLEAD_NOT_RECORDED)
        return false;
    step.core = *part;
    return true;
}

void plan(const fairlead_step& query) {
    fairlead_sentence sentence{};
    int answer = FAIRLEAD_OK;
    if (step.core || !planned_from_records(query, sentence, answer)) {
        if (!core_ready())
            return;
        answer = step.core->plan(&query, &step.plan, &sentence);
    }
    if (answer != FAIRLEAD_OK)
        step.refusal = sentence.text;
}

void make_plan(spank_t spank, const std::string& request) {
    char* cores = nullptr;
    if (spank_get_item(spank, S_STEP_ALLOC_CORES, &cores) != ESPANK_SUCCESS)
        cores = nullptr;
    const std::vector<std::uint32_t> ranks = global_ranks(spank);
    const std::string gpus = variable(spank, "CUDA_VISIBLE_DEVICES"),
                      node_gpus = variable(spank, "SLURM_STEP_GPUS");
    const std::string mem_bind = memory_binding(spank);
    const fairlead_step query{.config_path = settings().config_path,
                              .pin_argument = request.c_str(),
                              .step_cores = cores,
                              .ranks = ranks.data(),
                              .rank_count = ranks.size(),
                              .cpus_per_task = cpus_per_task(spank),
                              .threads_per_core = threads_per_core(spank),
                              .visible_gpus = gpus.c_str(),
                              .step_gpus = node_gpus.c_str(),
                              .mem_bind = mem_bind.c_str(),
                              .wants_report = step.reports};
    plan(query);
}

/// Why a step that asks to be pinned is not; empty where it is.
std::string yields_to(spank_t spank, const pin::Request& request) {
    if (const auto daemon = launcher(spank); !daemon.empty())
        return fmt::format(
            "--efa-pin leaves {} alone, because it places its ranks itself; `fairlead "
            "pin plan --format rankfile` (or intel-mpi) gives mpirun the same plan",
            daemon);
    if (user_binds(spank) && !request.force)
        return "--efa-pin yields to --cpu-bind, or a --hint that stands for it";
    return {};
}

/// A launcher's daemon is no breach: the user asked mpirun, not srun, to place the ranks.
void yield(spank_t spank, const pin::Request& request, const std::string& reason) {
    if (request.strict && launcher(spank).empty())
        step.refusal = to_string(Error{Code::P205, "--efa-pin=strict: " + reason});
    else if (number_item(spank, S_JOB_NODEID, 0) == 0)
        slurm_spank_log("fairlead: %s", reason.c_str());
}

/// The options stay, so that scripts which use them still run; what is said here is all they do.
void say_off(spank_t spank) {
    if (number_item(spank, S_JOB_NODEID, 0) == 0)
        slurm_spank_log("fairlead: --efa-pin does nothing: Fairlead is off in plugstack.conf");
}

/// The site's default is for steps that never asked: what keeps it from being followed stops none
/// of them, unless the site says strict.
bool must_be_pinned() { return step.asked || step.strict; }

void release_plan() {
    if (step.plan)
        step.core->release(step.plan);
    step.plan = nullptr;
}

void run_unpinned(spank_t spank) {
    if (number_item(spank, S_JOB_NODEID, 0) == 0)
        slurm_spank_log("fairlead: not pinned, as the site's default would have it: %s",
                        step.refusal->c_str());
    step.refusal.reset();
    release_plan();
}

/// What a task says for its node, and whether it may run.
bool begin_task(spank_t spank, int local_id) {
    const bool first = local_id == 0;
    const bool speaks = first && (step.reports || number_item(spank, S_JOB_NODEID, 0) == 0);
    fairlead_sentence sentence{};
    const std::string tres_bind = variable(spank, "SLURMD_TRES_BIND");
    if (step.core->begin(step.plan, tres_bind.c_str(), speaks, &sentence) != FAIRLEAD_OK) {
        if (first)
            slurm_spank_log("fairlead: %s", sentence.text);
        return !must_be_pinned();
    }
    const char* line = nullptr;
    for (std::size_t i = 0; (line = step.core->report_line(step.plan, i)); ++i)
        slurm_spank_log("%s", line);
    return true;
}

void set_variables(spank_t spank, const char* const* pairs, int overwrite) {
    for (; *pairs; pairs += 2)
        spank_setenv(spank, pairs[0], pairs[1], overwrite);
}

/// slurmstepd gives a task the user's own soft limit of locked memory after task_init, whatever
/// slurmd has (64 KiB on many login nodes), and EFA needs to lock much. Without the variable
/// slurmd's limit stays.
/// A limit that the user asked for (--propagate=MEMLOCK) has a U before it and counts.
void keep_memory_lock_limit(spank_t spank) {
    constexpr const char* name = "SLURM_RLIMIT_MEMLOCK";
    if (!variable(spank, name).starts_with('U'))
        spank_unsetenv(spank, name);
}

/// Set once for the step: tasks start from a copy of its environment.
void set_shared(spank_t spank) {
    drop_inherited(spank);
    fairlead_row row{};
    fairlead_sentence sentence{};
    if (step.core->shared(step.plan, &row, &sentence) != FAIRLEAD_OK) {
        step.refusal = sentence.text;
        return;
    }
    set_variables(spank, row.replacing, 1);
    set_variables(spank, row.filling, 0);
}

int apply(spank_t spank, std::size_t local_id) {
    fairlead_row row{};
    fairlead_sentence sentence{};
    const std::string gpus = variable(spank, "CUDA_VISIBLE_DEVICES");
    const int answer = step.core->row(step.plan, local_id, gpus.c_str(), &row, &sentence);
    if (sentence.text[0] != '\0')
        slurm_spank_log("fairlead: local task %zu: %s", local_id, sentence.text);
    if (answer != FAIRLEAD_OK)
        return must_be_pinned() ? failed : 0;
    const auto* mask = reinterpret_cast<const cpu_set_t*>(row.cpu_mask);
    if (mask && ::sched_setaffinity(0, row.cpu_mask_size, mask) != 0) {
        slurm_spank_log("fairlead: local task %zu cannot be bound: %m [FL-P202]", local_id);
        return must_be_pinned() ? failed : 0;
    }
    set_variables(spank, row.replacing, 1);
    set_variables(spank, row.filling, 0);
    return 0;
}

/// Slurm keeps the last value of a repeated option alone, so they are sent joined.
int send_staging(spank_t spank) {
    if (options().staging.empty())
        return 0;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto id = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
    const std::string text = stage::encode_options({std::to_string(id), options().staging});
    if (spank_job_control_setenv(spank, stage::options_name, text.c_str(), 1) == ESPANK_SUCCESS)
        return 0;
    slurm_error("fairlead: --stage-in and --stage-out cannot be sent with the job [FL-S101]");
    return failed;
}

int check_pin_variable() {
    const char* text =
        std::getenv(pin_variable); // NOLINT(concurrency-mt-unsafe): srun's main thread
    if (!text || options().pin)
        return 0;
    const auto request = pin::parse_request(text);
    if (request && !request->help)
        return 0;
    const std::string sentence =
        request ? "help is for the option: --efa-pin=help [FL-P101]" : to_string(request.error());
    slurm_error("fairlead: %s: %s", pin_variable, sentence.c_str());
    return failed;
}

} // namespace

void refuse_step(const Error& error) {
    if (!step.refusal)
        step.refusal = to_string(error);
}

int step_faulted(const char* where) {
    if (step.asked || options().pin || options().fabric != config::FabricRequest{} || stages_in() ||
        step.staged)
        refuse_step(fault_in(where));
    return 0;
}

int command_started(spank_t spank) {
    const int sent = send_staging(spank);
    return sent == 0 ? check_pin_variable() : sent;
}

int step_opened(spank_t spank) {
    if (std::exchange(step.opened, true))
        return 0;
    step.staged = script_stages_in(spank); // first, because nothing of it can fail
    if (options().error)
        refuse_step(*options().error);
    if (faulted_option())
        refuse_step(fault_in(faulted_option()));
    const std::uint32_t job = number_item(spank, S_JOB_ID, 0);
    if (number_item(spank, S_JOB_STEPID, 0) == extern_step || job == 0)
        return 0;
    const bool efa_required = !settings().off && options().fabric.efa == config::EfaNeed::Required;
    refuse_unstaged(job);
    if (!step.refusal && (efa_required || prolog_refused(job)))
        ask_gate(job, efa_required);
    return 0;
}

int step_planned(spank_t spank) {
    if (std::exchange(step.planned, true) || step.refusal ||
        number_item(spank, S_JOB_STEPID, 0) >= first_special_step)
        return 0;
    step.asked = own_request(spank).has_value();
    const auto text = request_of(spank);
    if (!text)
        return 0;
    const auto request = pin::parse_request(*text);
    if (!request) {
        step.refusal = to_string(request.error());
        return 0;
    }
    if (!request->on)
        return 0;
    if (settings().off) {
        say_off(spank);
        return 0;
    }
    step.dry_run = request->dry_run;
    step.strict = request->strict;
    if (const std::string reason = yields_to(spank, *request); !reason.empty()) {
        yield(spank, *request, reason);
        return 0;
    }
    const int verbose = std::max(request->verbose, request->dry_run ? 1 : 0);
    step.reports = verbose > 1 || (verbose == 1 && number_item(spank, S_JOB_NODEID, 0) == 0);
    make_plan(spank, *text);
    if (step.plan)
        set_shared(spank);
    if (step.refusal && !must_be_pinned())
        run_unpinned(spank);
    if (step.dry_run && !step.plan && !step.refusal)
        slurm_spank_log("fairlead: no plan, because Fairlead is paused");
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
    if (step.plan && !begin_task(spank, local_id))
        return failed;
    if (step.dry_run)
        ::_exit(0);
    if (step.plan || options().fabric.efa.value_or(config::EfaNeed::Off) != config::EfaNeed::Off)
        keep_memory_lock_limit(spank);
    if (!step.plan)
        return 0;
    return apply(spank, static_cast<std::size_t>(local_id));
}

int step_closed() {
    release_plan();
    return 0;
}

} // namespace fairlead::spank
