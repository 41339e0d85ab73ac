#include "api/failure.hpp"
#include "pin/plan.hpp"
#include "topology/load.hpp"

#include <fairlead/planner.hpp>

#include <numeric>

namespace fairlead::api {

struct Machine::Parts {
    topology::Machine machine;
};

namespace {

constexpr int most_ranks = 65536;

std::vector<Device> outside(const std::vector<topology::Device>& devices) {
    std::vector<Device> list;
    for (const topology::Device& device : devices)
        list.push_back({device.name, device.pci});
    return list;
}

struct Bound {
    std::string_view what;
    int value;
    int least;
    int most;
};

fairlead::Result<void> check(const topology::Machine& machine, const Step& step) {
    std::vector<Bound> bounds{{"ranks is", step.ranks, 1, most_ranks},
                              {"cpus_per_task is", step.cpus_per_task, 0, most_ranks},
                              {"threads_per_core is", step.threads_per_core, 0, most_ranks}};
    for (const int cpu : step.cpus)
        bounds.push_back({"cpus has", cpu, 0, topology::highest_cpu});
    for (const int gpu : step.gpus)
        bounds.push_back({"gpus has", gpu, 0, static_cast<int>(machine.gpus.size()) - 1});
    for (const Bound& bound : bounds)
        if (bound.value < bound.least || bound.value > bound.most)
            return fail(Code::X301, "{} {}; expected {} to {}", bound.what, bound.value,
                        bound.least, bound.most);
    return {};
}

topology::CpuSet step_cpus(const topology::Machine& machine, const Step& step) {
    if (step.cpus.empty())
        return machine.cpus;
    topology::CpuSet set;
    for (const int cpu : step.cpus)
        set.add(cpu);
    return set;
}

pin::PlanInput input_of(const topology::Machine& machine, const Step& step, pin::Request request) {
    std::vector<std::uint32_t> ranks(static_cast<std::size_t>(step.ranks));
    std::iota(ranks.begin(), ranks.end(), 0u);
    return {.step_cpus = step_cpus(machine, step),
            .ranks = std::move(ranks),
            .cpus_per_task = step.cpus_per_task,
            .threads_per_core = step.threads_per_core,
            .gpus = step.gpus,
            .request = std::move(request)};
}

Rank outside(const topology::Machine& machine, const pin::RankPlan& rank) {
    Rank seen{.cpus = rank.cpus.cpus(), .numa = {}, .gpus = rank.gpus, .efas = {}};
    for (const int index : rank.numa)
        seen.numa.push_back(machine.numa_nodes.at(static_cast<std::size_t>(index)).os_index);
    for (const int index : rank.nics)
        seen.efas.push_back(machine.efas.at(static_cast<std::size_t>(index)).name);
    return seen;
}

Plan outside(const topology::Machine& machine, const pin::Plan& plan) {
    Plan seen{.policy = std::string(pin::to_string(plan.used)),
              .ranks = {},
              .idle_cores = plan.idle_cores,
              .crossings = plan.crossings,
              .overlaps = plan.overlaps,
              .warnings = plan.warnings};
    for (const pin::RankPlan& rank : plan.ranks)
        seen.ranks.push_back(outside(machine, rank));
    return seen;
}

} // namespace

Result<Machine> Machine::from_xml(const std::filesystem::path& path) {
    auto machine = topology::from_xml(path);
    if (!machine)
        return failed(machine.error());
    return Machine(std::make_shared<const Parts>(std::move(*machine)));
}

Result<Machine> Machine::here() {
    auto machine = topology::discover();
    if (!machine)
        return failed(machine.error());
    return Machine(std::make_shared<const Parts>(std::move(*machine)));
}

std::string Machine::name() const { return parts_->machine.name; }
std::vector<int> Machine::cpus() const { return parts_->machine.cpus.cpus(); }
std::vector<Device> Machine::efas() const { return outside(parts_->machine.efas); }
std::vector<Device> Machine::gpus() const { return outside(parts_->machine.gpus); }

Result<void> check_pin(std::string_view value) {
    if (const auto request = pin::parse_request(value); !request)
        return failed(request.error());
    return {};
}

Result<Plan> plan(const Machine& machine, const Step& step) {
    const topology::Machine& inside = machine.parts_->machine;
    auto request = pin::parse_request(step.pin);
    if (!request)
        return failed(request.error());
    if (const auto fine = check(inside, step); !fine)
        return failed(fine.error());
    const auto made = pin::plan(inside, input_of(inside, step, std::move(*request)));
    if (!made)
        return failed(made.error());
    return outside(inside, *made);
}

} // namespace fairlead::api
