/// The planning part: fairlead_core() and the functions behind it. Runs in slurmstepd only.

#include "base/files.hpp"
#include "base/guarded.hpp"
#include "config/paths.hpp"
#include "fabric/verdict.hpp"
#include "pin/report.hpp"
#include "pin/step_cpus.hpp"
#include "spank/core_abi.h"
#include "state/job_state.hpp"
#include "state/pause.hpp"
#include "topology/cache.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/ranges.h>
#include <memory>
#include <sched.h>

using namespace fairlead;

/// Everything a task reads after the fork, laid out for plain C.
struct fairlead_plan {
    struct Row {
        std::vector<unsigned char> mask;
        std::vector<std::string> texts;
        std::vector<const char*> variables;
    };
    std::vector<Row> rows;
    std::vector<std::string> report;
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

fairlead_plan::Row row_of(const topology::Machine& machine, const pin::Plan& plan,
                          const pin::RankPlan& rank) {
    const std::vector<std::string> nics = pin::nic_names(machine, rank);
    fairlead_plan::Row row{kernel_mask(rank.cpus),
                           {"FAIRLEAD_PIN_CPUS", rank.cpus.list(), "FAIRLEAD_PIN_NUMA",
                            fmt::format("{}", fmt::join(rank.numa, ",")), "FAIRLEAD_PIN_NICS",
                            fmt::format("{}", fmt::join(nics, ",")), "FAIRLEAD_PIN_POLICY",
                            std::string(pin::to_string(plan.used))},
                           {}};
    return row;
}

std::unique_ptr<fairlead_plan> lay_out(const topology::Machine& machine, const pin::Plan& plan) {
    auto result = std::make_unique<fairlead_plan>();
    for (const pin::RankPlan& rank : plan.ranks)
        result->rows.push_back(row_of(machine, plan, rank));
    for (auto& row : result->rows) {
        for (const std::string& text : row.texts)
            row.variables.push_back(text.c_str());
        row.variables.push_back(nullptr);
    }
    result->report = pin::report_lines(machine, plan);
    return result;
}

int make_plan(const fairlead_step& step, fairlead_plan** out, fairlead_sentence& sentence) {
    const auto config = config::load_for_node(step.config_path);
    if (paused(step.config_path, config))
        return FAIRLEAD_OK;
    if (!config)
        return refuse(sentence, config.error());
    const auto request = pin::parse_request(step.pin_argument);
    if (!request)
        return refuse(sentence, request.error());
    const auto machine = topology::this_machine(*config, config::run_dir);
    if (!machine)
        return refuse(sentence, machine.error());
    auto cpus = pin::step_cpus(*machine, cgroup_cpus(), step.step_cores ? step.step_cores : "");
    const auto plan = pin::plan(*machine, {.step_cpus = std::move(cpus.cpus),
                                           .ranks = {step.ranks, step.ranks + step.rank_count},
                                           .cpus_per_task = step.cpus_per_task,
                                           .policy = request->policy,
                                           .warnings = std::move(cpus.warnings)});
    if (!plan)
        return refuse(sentence, plan.error());
    *out = lay_out(*machine, *plan).release();
    return FAIRLEAD_OK;
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

int core_row(const fairlead_plan* plan, std::size_t local_id, fairlead_row* row) {
    if (local_id >= plan->rows.size())
        return FAIRLEAD_REFUSED;
    const auto& source = plan->rows[local_id];
    *row = {source.mask.data(), source.mask.size(), source.variables.data()};
    return FAIRLEAD_OK;
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
