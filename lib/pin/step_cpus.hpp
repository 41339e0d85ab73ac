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

/// A cgroup fence shows in `affinity` (what slurmstepd itself may run on) and is the kernel's word.
/// Where nothing is fenced, `step_cores` decides: Slurm's list of abstract core numbers
/// (S_STEP_ALLOC_CORES), which count cores in hwloc's logical order, or hardware threads where
/// slurm.conf calls every thread a core (aws-parallelcluster#5797).
StepCpus step_cpus(const topology::Machine& machine, const topology::CpuSet& affinity,
                   std::string_view step_cores);

} // namespace fairlead::pin
