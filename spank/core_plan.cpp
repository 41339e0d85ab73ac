#include "spank/core_plan.hpp"

#include "base/words.hpp"
#include "pin/gpu_binding.hpp"
#include "pin/report.hpp"
#include "pin/step_cpus.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <sched.h>

namespace fairlead::spank {
namespace {

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

std::vector<std::string> report_of(const fairlead_plan& plan) {
    if (!plan.wants_report)
        return pin::broken_lines(plan.plan);
    if (plan.request.report == pin::ReportFormat::Text)
        return pin::report_lines(plan.machine, plan.plan);
    const std::string json = pin::report_json(plan.machine, plan.plan);
    const auto lines = split(trimmed(json), '\n');
    return {lines.begin(), lines.end()};
}

pin::PlanInput input_of(const fairlead_step& step, int ranks_per_nic,
                        const topology::Machine& machine, const pin::Request& request,
                        const pin::VisibleGpus& gpus) {
    auto cpus = pin::step_cpus(machine, cgroup_cpus(), step.step_cores ? step.step_cores : "");
    cpus.warnings.insert(cpus.warnings.end(), gpus.warnings.begin(), gpus.warnings.end());
    return {.step_cpus = std::move(cpus.cpus),
            .ranks = {step.ranks, step.ranks + step.rank_count},
            .cpus_per_task = step.cpus_per_task,
            .threads_per_core = step.threads_per_core,
            .gpus = pin::indices(gpus),
            .ranks_per_nic = ranks_per_nic,
            .request = request,
            .warnings = std::move(cpus.warnings)};
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
    request.memory = pin::Memory::Keep;
    return {};
}

/// --mem-bind=local means the NUMA nodes of a rank's CPUs, and Slurm took those of the CPUs that it
/// had chosen itself; a plan that binds puts its own in their place.
pin::Memory memory_of(std::string_view mem_bind, const pin::Request& request,
                      const pin::Plan& plan) {
    if (request.memory != pin::Memory::Keep || !plan.binds() || !mem_bind.ends_with("local"))
        return request.memory;
    return mem_bind.contains("prefer") ? pin::Memory::Prefer : pin::Memory::Bind;
}

/// A rank that Slurm bound to GPUs of its own gets those and their interfaces; nothing where it has
/// the ones that it was planned with.
std::optional<pin::RankPlan> rebound(const fairlead_plan& plan, std::size_t local_id,
                                     const char* visible) {
    if (plan.gpus.words() == 0)
        return std::nullopt;
    auto own = pin::task_gpus(plan.gpus, visible);
    if (own && own->size() == plan.gpus.words())
        return std::nullopt;
    return pin::with_own_gpus(plan.machine, plan.request, plan.plan.ranks[local_id],
                              std::move(own));
}

Row row_with(std::vector<unsigned char> mask, std::vector<pin::Variable> variables) {
    Row row{.mask = std::move(mask), .variables = std::move(variables)};
    for (const pin::Variable& variable : row.variables) {
        auto& pairs = variable.replaces ? row.replacing : row.filling;
        pairs.insert(pairs.end(), {variable.name.c_str(), variable.value.c_str()});
    }
    row.replacing.push_back(nullptr);
    row.filling.push_back(nullptr);
    return row;
}

fairlead_row lent(const Row& row) {
    return {row.mask.empty() ? nullptr : row.mask.data(), row.mask.size(), row.replacing.data(),
            row.filling.data()};
}

std::vector<pin::Variable> own_variables(const fairlead_plan& plan, const pin::RankPlan& rank) {
    auto all = pin::environment_of(plan.machine, plan.plan, rank, plan.request, plan.gpus);
    std::erase_if(all, [&](const pin::Variable& variable) {
        return std::ranges::find(plan.shared, variable) != plan.shared.end();
    });
    return all;
}

Row row_of(const fairlead_plan& plan, const pin::RankPlan& rank) {
    return row_with(plan.plan.binds() ? kernel_mask(rank.cpus) : std::vector<unsigned char>{},
                    own_variables(plan, rank));
}

} // namespace

void say(fairlead_sentence& sentence, const std::string& text) {
    const std::size_t size = std::min(text.size(), sizeof sentence.text - 1);
    std::memcpy(sentence.text, text.data(), size);
    sentence.text[size] = '\0';
}

int refuse(fairlead_sentence& sentence, const Error& error) {
    say(sentence, to_string(error));
    return FAIRLEAD_REFUSED;
}

Result<std::unique_ptr<fairlead_plan>> plan_of(const fairlead_step& step, pin::Request request,
                                               int ranks_per_nic, topology::Machine machine) {
    auto gpus = pin::visible_gpus(machine, step.visible_gpus, step.step_gpus);
    std::vector<std::string> yielded;
    if (auto done = yield_to_mem_bind(step.mem_bind, request, yielded); !done)
        return std::unexpected(done.error());
    gpus.warnings.insert(gpus.warnings.end(), yielded.begin(), yielded.end());
    auto plan = pin::plan(machine, input_of(step, ranks_per_nic, machine, request, gpus));
    if (!plan)
        return std::unexpected(plan.error());
    request.memory = memory_of(step.mem_bind, request, *plan);
    plan->broken.insert(plan->broken.end(), yielded.begin(), yielded.end());
    auto shared = pin::shared_environment(machine, *plan, request);
    auto made = std::make_unique<fairlead_plan>(
        fairlead_plan{std::move(machine), std::move(request), std::move(gpus), std::move(*plan),
                      std::move(shared), step.wants_report != 0});
    for (const pin::RankPlan& rank : made->plan.ranks)
        made->rows.push_back(row_of(*made, rank));
    return made;
}

int give_shared(fairlead_plan& plan, fairlead_row& row) {
    plan.other = row_with({}, plan.shared);
    row = lent(plan.other);
    return FAIRLEAD_OK;
}

int begin_task(fairlead_plan& plan, const char* tres_bind, bool speaks,
               fairlead_sentence& sentence) {
    if (plan.gpus.words() > 0) {
        const auto kept = pin::follow_gpu_binding(plan.machine, plan.request,
                                                  pin::gpu_binding(tres_bind), plan.plan);
        if (!kept)
            return refuse(sentence, kept.error());
    }
    if (speaks)
        plan.report = report_of(plan);
    return FAIRLEAD_OK;
}

int give_row(fairlead_plan& plan, std::size_t local_id, const char* visible, fairlead_row& row,
             fairlead_sentence& sentence) {
    if (local_id >= plan.plan.ranks.size())
        return refuse(sentence, {Code::P202, fmt::format("no plan for local task {}", local_id)});
    const auto changed = rebound(plan, local_id, visible);
    if (changed)
        plan.other = row_of(plan, *changed);
    row = lent(changed ? plan.other : plan.rows[local_id]);
    return FAIRLEAD_OK;
}

const char* report_line(const fairlead_plan* plan, std::size_t index) {
    return index < plan->report.size() ? plan->report[index].c_str() : nullptr;
}

void release(fairlead_plan* plan) { delete plan; }

} // namespace fairlead::spank
