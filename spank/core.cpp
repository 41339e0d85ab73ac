/// The whole planning part: fairlead_core() and the functions behind it. Runs in slurmstepd only.

#include "base/files.hpp"
#include "config/config.hpp"
#include "config/paths.hpp"
#include "fabric/verdict.hpp"
#include "pin/memory.hpp"
#include "pin/report.hpp"
#include "spank/core_plan.hpp"
#include "state/job_state.hpp"
#include "state/pause.hpp"
#include "state/stage_mark.hpp"
#include "topology/cache.hpp"

using namespace fairlead;
using namespace fairlead::spank;

namespace {

/// What the prolog says against this job; empty where it says nothing.
std::optional<std::string> job_refusal(std::uint32_t id) {
    const auto job = parse_job_id(std::to_string(id));
    if (!job)
        return std::nullopt;
    auto refusal = state::read_refusal(config::run_dir, *job);
    if (refusal)
        return std::move(*refusal);
    if (refusal.error().code == Code::X101)
        return std::nullopt;
    return to_string(refusal.error());
}

/// What stands against the step; empty where nothing does.
std::optional<std::string> refusal_of(const fairlead_gate_query& query,
                                      const Result<config::Config>& config) {
    if (const auto refusal = job_refusal(query.job_id))
        return refusal;
    if (!query.efa_required)
        return std::nullopt;
    if (!config)
        return to_string(config.error());
    const auto verdict = fabric::judge_machine(config::system_root(*config), config->catalog);
    if (!verdict)
        return to_string(verdict.error());
    if (verdict->error)
        return to_string(*verdict->error);
    return std::nullopt;
}

/// A pause is asked for last: its file is on shared storage, which may hang.
bool paused(const char* config_path, const Result<config::Config>& config) {
    return state::paused(config ? config->state_dir : config::state_dir_of(config_path));
}

/// What is against a job whose data is not complete here; a pause does not change that.
std::optional<std::string> data_refusal(std::uint32_t id) {
    const auto job = parse_job_id(std::to_string(id));
    return job ? state::read_data_refusal(config::run_dir, *job) : std::nullopt;
}

int gate(const fairlead_gate_query& query, fairlead_sentence& sentence) {
    if (const auto refusal = data_refusal(query.job_id)) {
        say(sentence, *refusal);
        return FAIRLEAD_REFUSED;
    }
    const auto config = config::load_for_node(query.config_path);
    const auto refusal = refusal_of(query, config);
    if (!refusal || paused(query.config_path, config))
        return FAIRLEAD_OK;
    say(sentence, *refusal);
    return FAIRLEAD_REFUSED;
}

int make_plan(const fairlead_step& step, fairlead_plan** out, fairlead_sentence& sentence) {
    const auto config = config::load_for_node(step.config_path);
    if (paused(step.config_path, config))
        return FAIRLEAD_OK;
    if (!config)
        return refuse(sentence, config.error());
    auto request = pin::parse_request(step.pin_argument);
    if (!request)
        return refuse(sentence, request.error());
    auto machine = topology::this_machine(*config, config::run_dir, config::cli_path);
    if (!machine)
        return refuse(sentence, machine.error());
    auto plan = plan_of(step, std::move(*request), config->ranks_per_nic, std::move(*machine));
    if (!plan)
        return refuse(sentence, plan.error());
    *out = plan->release();
    return FAIRLEAD_OK;
}

int give_row_and_memory(fairlead_plan& plan, std::size_t local_id, const char* visible,
                        fairlead_row& row, fairlead_sentence& sentence) {
    if (give_row(plan, local_id, visible, row, sentence) != FAIRLEAD_OK)
        return FAIRLEAD_REFUSED;
    const auto set = pin::set_memory_policy(
        plan.request.memory, pin::numa_numbers(plan.machine, plan.plan.ranks[local_id]));
    if (set)
        return FAIRLEAD_OK;
    say(sentence, to_string(set.error()));
    return plan.request.strict ? FAIRLEAD_REFUSED : FAIRLEAD_OK;
}

int core_gate(const fairlead_gate_query* query, fairlead_sentence* sentence) {
    return answered("gate", sentence, [&] { return gate(*query, *sentence); });
}

int core_plan(const fairlead_step* step, fairlead_plan** plan, fairlead_sentence* sentence) {
    *plan = nullptr;
    return answered("plan", sentence, [&] { return make_plan(*step, plan, *sentence); });
}

int core_shared(fairlead_plan* plan, fairlead_row* row, fairlead_sentence* sentence) {
    return answered("shared", sentence, [&] { return give_shared(*plan, *row); });
}

int core_begin(fairlead_plan* plan, const char* tres_bind, int speaks,
               fairlead_sentence* sentence) {
    return answered("begin", sentence,
                    [&] { return begin_task(*plan, tres_bind, speaks != 0, *sentence); });
}

int core_row(fairlead_plan* plan, std::size_t local_id, const char* visible, fairlead_row* row,
             fairlead_sentence* sentence) {
    return answered("row", sentence,
                    [&] { return give_row_and_memory(*plan, local_id, visible, *row, *sentence); });
}

constexpr fairlead_core_functions functions{FAIRLEAD_CORE_ABI, core_gate, core_plan,   core_shared,
                                            core_begin,        core_row,  report_line, release};

} // namespace

extern "C" __attribute__((visibility("default"))) const fairlead_core_functions* fairlead_core() {
    return &functions;
}
