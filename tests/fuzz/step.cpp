#include "step.hpp"

#include "base/words.hpp"
#include "pin/environment.hpp"
#include "pin/report.hpp"
#include "promise.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace fairlead::fuzz {
namespace {

using pin::Plan;
using pin::PlanInput;
using pin::RankPlan;
using topology::CpuSet;
using topology::Machine;

constexpr std::string_view separator = "\n--- ";
constexpr int most_ranks = 512; // Slurm's MaxTasksPerNode, if not configured

class Words {
  public:
    explicit Words(std::string_view text) : words_(split(text, ' ')) {}

    std::string_view next(std::string_view otherwise) {
        return at_ < words_.size() ? words_[at_++] : otherwise;
    }
    int number(int least, int most, int otherwise) {
        const std::string_view word = next("");
        int value = otherwise;
        std::from_chars(word.data(), word.data() + word.size(), value);
        return std::clamp(value, least, most);
    }

  private:
    std::vector<std::string_view> words_;
    std::size_t at_ = 0;
};

struct Step {
    PlanInput input;
    pin::VisibleGpus gpus;
};

Step read_step(const Machine& machine, std::string_view text) {
    Words words(text);
    Step step{.input = {.step_cpus = machine.cpus, .ranks = {}}, .gpus = {}};
    step.input.ranks.resize(static_cast<std::size_t>(words.number(0, most_ranks, 8)));
    std::iota(step.input.ranks.begin(), step.input.ranks.end(), 0u);
    step.input.cpus_per_task = words.number(0, 65534, 0);
    step.input.threads_per_core = words.number(0, 65534, 0);
    step.input.ranks_per_nic = words.number(1, 65536, pin::ranks_per_nic_limit);
    if (auto cpus = CpuSet::from_list(words.next("all")))
        step.input.step_cpus = std::move(*cpus);
    const std::string_view gpus = words.next("none");
    step.gpus = pin::visible_gpus(machine, gpus == "none" ? "" : gpus, "");
    step.input.gpus = pin::indices(step.gpus);
    step.input.request = pin::parse_request(words.next("")).value_or(pin::Request{});
    return step;
}

bool ascending_below(const std::vector<int>& indices, std::size_t size) {
    return std::ranges::is_sorted(indices) &&
           std::ranges::adjacent_find(indices) == indices.end() &&
           (indices.empty() ||
            (indices.front() >= 0 && static_cast<std::size_t>(indices.back()) < size));
}

void check_rank(const Machine& machine, const PlanInput& input, const Plan& plan,
                const RankPlan& rank) {
    promise(!rank.cpus.empty(), "each rank has a CPU");
    promise(rank.cpus.inside(input.step_cpus), "a rank's CPUs are the step's");
    promise(rank.cpus.inside(machine.cpus), "a rank's CPUs are the machine's");
    promise(ascending_below(rank.nics, machine.efas.size()), "interfaces are the machine's");
    promise(std::ranges::all_of(rank.numa,
                                [&](int node) {
                                    return node >= 0 && static_cast<std::size_t>(node) <
                                                            machine.numa_nodes.size();
                                }),
            "NUMA nodes are the machine's");
    for (const int gpu : rank.gpus)
        promise(std::ranges::find(input.gpus, gpu) != input.gpus.end(),
                "a rank's GPUs are the step's");
    promise(rank.cpus.size() == plan.ranks.front().cpus.size(), "ranks have equally many CPUs");
}

void check_loads(const Machine& machine, const Plan& plan) {
    std::vector<int> loads(machine.efas.size(), 0);
    for (const RankPlan& rank : plan.ranks)
        for (const int nic : rank.nics)
            ++loads[static_cast<std::size_t>(nic)];
    promise(loads == plan.ranks_on_nic, "the loads of interfaces are those of the ranks");
}

void check_overlaps(const Plan& plan) {
    CpuSet seen;
    int cpus = 0;
    for (const RankPlan& rank : plan.ranks) {
        seen.add(rank.cpus);
        cpus += rank.cpus.size();
    }
    promise((plan.overlaps == 0) == (cpus == seen.size()), "overlaps are told, and only those");
}

void check_output(const Machine& machine, const Step& step, const Plan& plan) {
    promise(!pin::report_lines(machine, plan).empty(), "a plan has a report");
    const auto shared = pin::shared_environment(machine, plan, step.input.request);
    for (const RankPlan& rank : plan.ranks) {
        const auto all = pin::environment_of(machine, plan, rank, step.input.request, step.gpus);
        promise(std::ranges::all_of(shared,
                                    [&](const pin::Variable& one) {
                                        return std::ranges::find(all, one) != all.end();
                                    }),
                "what is set for all ranks is what each would get");
    }
}

void check_plan(const Machine& machine, const Step& step, const Plan& plan) {
    promise(plan.ranks.size() == step.input.ranks.size(), "each rank has a row");
    for (const RankPlan& rank : plan.ranks)
        check_rank(machine, step.input, plan, rank);
    check_loads(machine, plan);
    if (plan.binds())
        check_overlaps(plan);
    check_output(machine, step, plan);
}

} // namespace

std::pair<std::string_view, std::string_view> split_step(std::string_view input) {
    const std::size_t at = input.rfind(separator);
    if (at == std::string_view::npos)
        return {input, {}};
    return {input.substr(0, at), trimmed(input.substr(at + separator.size()))};
}

void plan_step(const Machine& machine, std::string_view text) {
    const Step step = read_step(machine, text);
    const auto plan = pin::plan(machine, step.input);
    if (!plan) {
        const Code code = plan.error().code;
        promise(code == Code::P201 || code == Code::P205 || code == Code::P206,
                "a plan fails with P201, P205, P206");
        return;
    }
    check_plan(machine, step, *plan);
    const auto again = pin::plan(machine, step.input);
    promise(again.has_value() &&
                pin::report_json(machine, *plan) == pin::report_json(machine, *again),
            "equal inputs give equal plans");
}

} // namespace fairlead::fuzz
