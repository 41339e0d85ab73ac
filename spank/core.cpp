/// The planning part: fairlead_core() and the functions behind it. Runs in slurmstepd only.

#include "base/files.hpp"
#include "base/guarded.hpp"
#include "base/words.hpp"
#include "config/paths.hpp"
#include "fabric/verdict.hpp"
#include "pin/environment.hpp"
#include "pin/memory.hpp"
#include "pin/report.hpp"
#include "pin/step_cpus.hpp"
#include "spank/core_abi.h"
#include "state/job_state.hpp"
#include "state/pause.hpp"
#include "topology/cache.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <sched.h>

using namespace fairlead;

/// One step on one node; every task reads its own row of it after the fork.
struct fairlead_plan {
    topology::Machine machine;
    pin::Request request;
    pin::VisibleGpus gpus;
    pin::Plan plan;
    std::vector<std::string> report;

    // The row of this task.
    std::vector<unsigned char> mask{};
    std::vector<pin::Variable> variables{};
    std::vector<const char*> replacing{}, filling{};
};

namespace {

/// Nobody hears a report from here: the caller turns it into a refusal with FL-P203.
void report_fault(const char*, const char*) noexcept {}

void say(fairlead_sentence& sentence, const std::string& text) {
    const std::size_t size = std::min(text.size(), sizeof sentence.text - 1);
    std::memcpy(sentence.text, text.data(), size);
    sentence.text[size] = '\0';
}

int refuse(fairlead_sentence& sentence, const Error& error) {
    say(sentence, to_string(error));
    return FAIRLEAD_REFUSED;
}

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

int gate(const fairlead_gate_query& query, fairlead_sentence& sentence) {
    const auto config = config::load_for_node(query.config_path);
    const auto refusal = refusal_of(query, config);
    if (!refusal || paused(query.config_path, config))
        return FAIRLEAD_OK;
    say(sentence, *refusal);
    return FAIRLEAD_REFUSED;
}

constexpr int mask_words = 16; // 16,384 CPUs

/// The CPUs that the kernel lets this process use, whatever slurmd itself was bound to: asks for
/// all, sees what a cgroup leaves of them, and goes back.
topology::CpuSet cgroup_cpus() {
    cpu_set_t before[mask_words], all[mask_words], left[mask_words];
    topology::CpuSet cpus;
    if (::sched_getaffinity(0, sizeof before, before) != 0)
        return cpus;
    std::memset(all, 0xff, sizeof all);
    const bool widened = ::sched_setaffinity(0, sizeof all, all) == 0;
    const bool seen = ::sched_getaffinity(0, sizeof left, left) == 0;
    if (widened)
        ::sched_setaffinity(0, sizeof before, before);
    const cpu_set_t* mask = seen ? left : before;
    for (int cpu = 0; cpu < static_cast<int>(8 * sizeof before); ++cpu)
        if (CPU_ISSET_S(cpu, sizeof before, mask))
            cpus.add(cpu);
    return cpus;
}

std::vector<unsigned char> kernel_mask(const topology::CpuSet& cpus) {
    const auto highest = static_cast<std::size_t>(std::max(0, cpus.last()));
    std::vector<unsigned char> mask(CPU_ALLOC_SIZE(highest + 1), 0);
    auto* set = reinterpret_cast<cpu_set_t*>(mask.data());
    for (const int cpu : cpus.cpus())
        CPU_SET_S(static_cast<std::size_t>(cpu), mask.size(), set);
    return mask;
}

/// The report, ready before the tasks are forked.
std::vector<std::string> report_of(const topology::Machine& machine, const pin::Request& request,
                                   const pin::Plan& plan) {
    if (request.report == pin::ReportFormat::Text)
        return pin::report_lines(machine, plan);
    const std::string json = pin::report_json(machine, plan);
    const auto lines = split(trimmed(json), '\n');
    return {lines.begin(), lines.end()};
}

pin::PlanInput input_of(const fairlead_step& step, const config::Config& config,
                        const topology::Machine& machine, const pin::Request& request,
                        const pin::VisibleGpus& gpus) {
    auto cpus = pin::step_cpus(machine, cgroup_cpus(), step.step_cores ? step.step_cores : "");
    cpus.warnings.insert(cpus.warnings.end(), gpus.warnings.begin(), gpus.warnings.end());
    return {.step_cpus = std::move(cpus.cpus),
            .ranks = {step.ranks, step.ranks + step.rank_count},
            .cpus_per_task = step.cpus_per_task,
            .threads_per_core = step.threads_per_core,
            .gpus = pin::indices(gpus),
            .ranks_per_nic = config.ranks_per_nic,
            .request = request,
            .warnings = std::move(cpus.warnings)};
}

/// --mem-bind=local means the NUMA nodes of a rank's CPUs, and Slurm took those of the CPUs that it
/// had chosen itself; the plan's go in their place.
pin::Memory follow_local(std::string_view mem_bind, pin::Memory otherwise) {
    if (!mem_bind.ends_with("local"))
        return otherwise;
    return mem_bind.find("prefer") == std::string_view::npos ? pin::Memory::Bind
                                                             : pin::Memory::Prefer;
}

/// --mem-bind is the user's own word about memory, so `mem:` yields to it as pinning does to
/// --cpu-bind.
Result<void> yield_to_mem_bind(std::string_view mem_bind, pin::Request& request,
                               std::vector<std::string>& warnings) {
    if (mem_bind.empty() || (request.force && request.memory != pin::Memory::Keep))
        return {};
    const std::string sentence = fmt::format(
        "mem:{} yields to --mem-bind; add `force` to go before it", pin::to_string(request.memory));
    const bool yields = request.memory != pin::Memory::Keep;
    if (yields && request.strict)
        return fail(Code::P205, "--efa-pin=strict: {}", sentence);
    if (yields)
        warnings.push_back(sentence);
    request.memory = follow_local(mem_bind, pin::Memory::Keep);
    return {};
}

Result<std::unique_ptr<fairlead_plan>> plan_of(const fairlead_step& step,
                                               const config::Config& config) {
    auto request = pin::parse_request(step.pin_argument);
    if (!request)
        return std::unexpected(request.error());
    auto machine = topology::this_machine(config, config::run_dir, config::cli_path);
    if (!machine)
        return std::unexpected(machine.error());
    auto gpus = pin::visible_gpus(*machine, step.visible_gpus, step.step_gpus);
    if (auto done = yield_to_mem_bind(step.mem_bind, *request, gpus.warnings); !done)
        return std::unexpected(done.error());
    auto plan = pin::plan(*machine, input_of(step, config, *machine, *request, gpus));
    if (!plan)
        return std::unexpected(plan.error());
    auto report = report_of(*machine, *request, *plan);
    return std::make_unique<fairlead_plan>(fairlead_plan{
        std::move(*machine), *request, std::move(gpus), std::move(*plan), std::move(report)});
}

int make_plan(const fairlead_step& step, fairlead_plan** out, fairlead_sentence& sentence) {
    const auto config = config::load_for_node(step.config_path);
    if (paused(step.config_path, config))
        return FAIRLEAD_OK;
    if (!config)
        return refuse(sentence, config.error());
    auto plan = plan_of(step, *config);
    if (!plan)
        return refuse(sentence, plan.error());
    *out = plan->release();
    return FAIRLEAD_OK;
}

/// A rank that Slurm bound to GPUs of its own gets those and their interfaces; where it cannot be
/// told which they are, no GPU is named and all interfaces are its own, so that NCCL finds the
/// right ones.
pin::RankPlan rank_of(const fairlead_plan& plan, std::size_t local_id, const char* visible) {
    const pin::RankPlan& rank = plan.plan.ranks[local_id];
    if (plan.gpus.gpus.empty())
        return rank;
    auto own = pin::task_gpus(plan.gpus, visible);
    if (own && own->size() == plan.gpus.gpus.size())
        return rank;
    return pin::with_own_gpus(plan.machine, plan.request, rank,
                              std::move(own).value_or(std::vector<int>{}));
}

void lay_out(fairlead_plan& plan, const pin::RankPlan& rank) {
    plan.mask = plan.plan.binds() ? kernel_mask(rank.cpus) : std::vector<unsigned char>{};
    plan.variables = pin::environment_of(plan.machine, plan.plan, rank, plan.request, plan.gpus);
    plan.replacing.clear();
    plan.filling.clear();
    for (const pin::Variable& variable : plan.variables) {
        auto& pairs = variable.replaces ? plan.replacing : plan.filling;
        pairs.insert(pairs.end(), {variable.name.c_str(), variable.value.c_str()});
    }
    plan.replacing.push_back(nullptr);
    plan.filling.push_back(nullptr);
}

int give_row(fairlead_plan& plan, std::size_t local_id, const char* visible, fairlead_row& row,
             fairlead_sentence& sentence) {
    if (local_id >= plan.plan.ranks.size())
        return refuse(sentence, {Code::P202, fmt::format("no plan for local task {}", local_id)});
    const pin::RankPlan rank = rank_of(plan, local_id, visible);
    lay_out(plan, rank);
    row = {plan.mask.empty() ? nullptr : plan.mask.data(), plan.mask.size(), plan.replacing.data(),
           plan.filling.data()};
    const auto set =
        pin::set_memory_policy(plan.request.memory, pin::numa_numbers(plan.machine, rank));
    if (set)
        return FAIRLEAD_OK;
    say(sentence, to_string(set.error()));
    return plan.request.strict ? FAIRLEAD_REFUSED : FAIRLEAD_OK;
}

/// Our own fault refuses the step that asked, in its own words, and hurts nobody else.
template <class F>
int answered(const char* where, fairlead_sentence* sentence, F&& f) noexcept {
    constexpr int fault = -1;
    const int answer = guarded(where, fault, report_fault, std::forward<F>(f));
    if (answer != fault)
        return answer;
    std::snprintf(sentence->text, sizeof sentence->text,
                  "Fairlead met a fault of its own in %s; drop the option to run without it "
                  "[FL-P203]",
                  where);
    return FAIRLEAD_REFUSED;
}

int core_gate(const fairlead_gate_query* query, fairlead_sentence* sentence) {
    return answered("gate", sentence, [&] { return gate(*query, *sentence); });
}

int core_plan(const fairlead_step* step, fairlead_plan** plan, fairlead_sentence* sentence) {
    *plan = nullptr;
    return answered("plan", sentence, [&] { return make_plan(*step, plan, *sentence); });
}

int core_row(fairlead_plan* plan, std::size_t local_id, const char* visible, fairlead_row* row,
             fairlead_sentence* sentence) {
    return answered("row", sentence,
                    [&] { return give_row(*plan, local_id, visible, *row, *sentence); });
}

const char* core_report_line(const fairlead_plan* plan, std::size_t index) {
    return index < plan->report.size() ? plan->report[index].c_str() : nullptr;
}

void core_release(fairlead_plan* plan) { delete plan; }

constexpr fairlead_core_functions functions{FAIRLEAD_CORE_ABI, core_gate,        core_plan,
                                            core_row,          core_report_line, core_release};

} // namespace

extern "C" __attribute__((visibility("default"))) const fairlead_core_functions* fairlead_core() {
    return &functions;
}
