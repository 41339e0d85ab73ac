/// Machines and requests that nobody would think of, the same ones in every run.
#pragma once

#include "dice.hpp"
#include "pin/plan.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <numeric>
#include <string>

namespace fairlead::test {

/// What a random machine may have at most.
struct Bounds {
    int packages = 3;
    int nodes_in_package = 3;
    int cores_in_node = 6;
    int threads = 3;
    int nics = 5;
    int gpus = 4;
};

inline void add_node(Dice& dice, const Bounds& bounds, int package, std::vector<int>& numbers,
                     topology::Machine& machine) {
    const int node = static_cast<int>(machine.numa_nodes.size());
    topology::CpuSet cpus;
    const bool caches = !dice.one_in(3);
    for (int left = dice.roll(1, bounds.cores_in_node); left > 0; --left) {
        topology::Core core{{}, node, caches ? 10 * node + left / 2 : -1};
        for (int threads = dice.roll(1, bounds.threads); threads > 0; --threads) {
            core.pus.push_back(numbers.back());
            cpus.add(numbers.back());
            numbers.pop_back();
        }
        machine.cores.push_back(core);
    }
    machine.numa_nodes.push_back({dice.roll(0, 1) + 2 * node, package, cpus});
    machine.cpus.add(cpus);
}

/// On a NUMA node, on a part of one, on a package, or nowhere that is known.
inline topology::CpuSet locality(Dice& dice, const topology::Machine& machine) {
    const auto& node = dice.pick(machine.numa_nodes);
    topology::CpuSet near;
    switch (dice.roll(0, 3)) {
    case 0:
        return near;
    case 1:
        near.add(node.cpus.first());
        return near;
    case 2:
        for (const auto& other : machine.numa_nodes)
            if (other.package == node.package)
                near.add(other.cpus);
        return near;
    default:
        return node.cpus;
    }
}

inline std::vector<topology::Device> devices(Dice& dice, const topology::Machine& machine,
                                             std::string_view name, int most) {
    std::vector<topology::Device> all;
    const int count = dice.roll(0, most);
    for (int i = 0; i < count; ++i)
        all.push_back({.name = fmt::format("{}{}", name, i),
                       .pci = fmt::format("0000:{:02x}:00.0", i),
                       .near = locality(dice, machine),
                       .bridge = dice.roll(-1, 2)});
    return all;
}

/// PUs are numbered at random, cores have different numbers of threads, nodes of cores.
inline topology::Machine random_machine(Dice& dice, const Bounds& bounds = {}) {
    topology::Machine machine;
    machine.name = "random";
    std::vector<int> numbers(static_cast<std::size_t>(bounds.packages * bounds.nodes_in_package *
                                                      bounds.cores_in_node * bounds.threads));
    std::iota(numbers.begin(), numbers.end(), 0);
    dice.shuffle(numbers);
    const int packages = dice.roll(1, bounds.packages);
    for (int package = 0; package < packages; ++package)
        for (int left = dice.roll(1, bounds.nodes_in_package); left > 0; --left)
            add_node(dice, bounds, package, numbers, machine);
    machine.efas = devices(dice, machine, "efa", bounds.nics);
    machine.gpus = devices(dice, machine, "gpu", bounds.gpus);
    return machine;
}

inline topology::CpuSet random_step(Dice& dice, const topology::Machine& machine) {
    if (dice.one_in(2))
        return machine.cpus;
    topology::CpuSet step;
    for (const int cpu : machine.cpus.cpus())
        if (!dice.one_in(3))
            step.add(cpu);
    if (step.empty())
        step.add(machine.cpus.first());
    return step;
}

inline std::vector<std::uint32_t> first_ranks(int count) {
    std::vector<std::uint32_t> ranks(static_cast<std::size_t>(count));
    std::iota(ranks.begin(), ranks.end(), 0u);
    return ranks;
}

inline std::vector<int> some_gpus(Dice& dice, const topology::Machine& machine) {
    std::vector<int> gpus;
    for (int i = 0; i < static_cast<int>(machine.gpus.size()); ++i)
        if (!dice.one_in(3))
            gpus.push_back(i);
    return gpus;
}

inline pin::PlanInput random_input(Dice& dice, const topology::Machine& machine) {
    using pin::Policy;
    using Kind = pin::NicSelection::Kind;
    pin::PlanInput input{.step_cpus = random_step(dice, machine), .ranks = {}};
    input.ranks = first_ranks(dice.roll(1, 2 * input.step_cpus.size() + 3));
    if (dice.one_in(2))
        input.ranks.resize((input.ranks.size() + 3) / 4);
    input.cpus_per_task = dice.one_in(2) ? 0 : dice.roll(1, 6);
    input.threads_per_core = dice.one_in(4) ? dice.roll(1, 2) : 0;
    if (dice.one_in(2))
        input.gpus = some_gpus(dice, machine);
    input.ranks_per_nic = dice.one_in(3) ? dice.roll(1, 6) : 128;
    input.request.policy =
        dice.pick(std::vector{Policy::Auto, Policy::Gpu, Policy::Nic, Policy::Numa, Policy::L3,
                              Policy::Compact, Policy::Spread, Policy::None});
    input.request.nics.kind =
        dice.pick(std::vector{Kind::Closest, Kind::Closest, Kind::Balance, Kind::All, Kind::None});
    input.request.nics_per_rank = dice.one_in(3) ? dice.roll(1, 4) : 0;
    input.request.smt = dice.one_in(5) ? dice.roll(1, 3) : 0;
    input.request.reserve = dice.one_in(5) ? dice.roll(1, 3) : 0;
    return input;
}

} // namespace fairlead::test
