#include "pin/step_cpus.hpp"

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

} // namespace

StepCpus step_cpus(const Machine& machine, const CpuSet& affinity, std::string_view step_cores) {
    const CpuSet usable = affinity & machine.cpus;
    const auto numbers = CpuSet::from_list(step_cores);
    if (usable != machine.cpus || !numbers || numbers->empty())
        return {usable, {}};
    const int cores = static_cast<int>(machine.cores.size());
    if (numbers->last() < cores)
        return {cpus_of_cores(machine, *numbers) & usable, {}};
    const auto threads = threads_of(machine);
    if (numbers->last() < static_cast<int>(threads.size()))
        return {cpus_of_threads(threads, *numbers) & usable,
                {fmt::format("slurm.conf counts {} or more cores, the hardware has {}",
                             numbers->last() + 1, cores)}};
    return {usable,
            {fmt::format("slurm.conf gives the step core {}, the hardware has {} cores; all CPUs "
                         "are used",
                         numbers->last(), cores)}};
}

} // namespace fairlead::pin
