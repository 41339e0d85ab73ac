#include "pin/step_cpus.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace fairlead::pin {
namespace {

using topology::CpuSet;
using topology::Machine;

CpuSet cpus_of_cores(const Machine& machine, const CpuSet& numbers) {
    CpuSet cpus;
    for (const int core : numbers.cpus())
        for (const int pu : machine.cores[static_cast<std::size_t>(core)].pus)
            cpus.add(pu);
    return cpus;
}

std::vector<int> threads_of(const Machine& machine) {
    std::vector<int> threads;
    for (const auto& core : machine.cores)
        threads.insert(threads.end(), core.pus.begin(), core.pus.end());
    return threads;
}

CpuSet cpus_of_threads(const std::vector<int>& threads, const CpuSet& numbers) {
    CpuSet cpus;
    for (const int thread : numbers.cpus())
        cpus.add(threads[static_cast<std::size_t>(thread)]);
    return cpus;
}

/// Whether `less` leaves something of every core that `all` touches: a fence may take away hardware
/// threads, but not cores.
bool same_cores(const Machine& machine, const CpuSet& all, const CpuSet& less) {
    return std::ranges::all_of(machine.cores, [&](const topology::Core& core) {
        const auto in = [&](const CpuSet& set) {
            return std::ranges::any_of(core.pus, [&](int pu) { return set.contains(pu); });
        };
        return !in(all) || in(less);
    });
}

/// What Slurm's core numbers come to on this machine.
StepCpus translate(const Machine& machine, const CpuSet& numbers) {
    const int cores = static_cast<int>(machine.cores.size());
    if (numbers.last() < cores)
        return {cpus_of_cores(machine, numbers), {}};
    const auto threads = threads_of(machine);
    if (numbers.last() < static_cast<int>(threads.size()))
        return {cpus_of_threads(threads, numbers),
                {fmt::format("slurm.conf counts {} or more cores, the hardware has {}",
                             numbers.last() + 1, cores)}};
    return {{},
            {fmt::format("slurm.conf gives the step core {}, the hardware has {} cores; all CPUs "
                         "are used",
                         numbers.last(), cores)}};
}

} // namespace

StepCpus step_cpus(const Machine& machine, const CpuSet& fence, std::string_view step_cores) {
    const CpuSet usable = fence & machine.cpus;
    const auto numbers = CpuSet::from_list(step_cores);
    if (!numbers || numbers->empty())
        return {usable, {}};
    StepCpus step = translate(machine, *numbers);
    CpuSet fenced = step.cpus & usable;
    if (!fenced.empty() && same_cores(machine, step.cpus, fenced))
        return {std::move(fenced), std::move(step.warnings)};
    if (!step.cpus.empty())
        step.warnings.push_back(
            fmt::format("slurm.conf gives the step CPUs {}, the kernel allows {}", step.cpus.list(),
                        usable.list()));
    step.cpus = usable;
    return step;
}

} // namespace fairlead::pin
