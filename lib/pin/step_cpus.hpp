/// Which CPUs of a node a step may use.
#pragma once

#include "topology/machine.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fairlead::pin {

struct StepCpus {
    topology::CpuSet cpus;
    std::vector<std::string> warnings;
};

/// `step_cores` is Slurm's list of abstract core numbers (S_STEP_ALLOC_CORES), which count cores in
/// hwloc's logical order, or hardware threads where slurm.conf calls every thread a core
/// (aws-parallelcluster#5797). `fence` is what the kernel allows, and its word: where the list goes
/// beyond it, or says nothing, the fence is taken, with a warning in the first case.
StepCpus step_cpus(const topology::Machine& machine, const topology::CpuSet& fence,
                   std::string_view step_cores);

} // namespace fairlead::pin
