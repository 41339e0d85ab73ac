/// Which CPUs and which EFA interfaces each rank of a node gets: a pure function of the machine,
/// the step's CPUs and the request.
#pragma once

#include "base/error.hpp"
#include "pin/request.hpp"
#include "topology/machine.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fairlead::pin {

/// A rank needs 2 queue pairs on its interface and an EFA device has 256 (ofiwg/libfabric#9356).
inline constexpr int ranks_per_nic_limit = 128;

struct PlanInput {
    topology::CpuSet step_cpus;       ///< what the step was given on this node
    std::vector<std::uint32_t> ranks; ///< global ranks in the order of their local ids
    int cpus_per_task = 0;            ///< 0: share what there is
    Policy policy = Policy::Auto;
    std::vector<std::string> warnings{}; ///< found on the way here, shown with the plan's own
};

struct RankPlan {
    std::uint32_t rank;
    topology::CpuSet cpus;
    std::vector<int> numa; ///< operating-system numbers of the NUMA nodes it touches
    std::vector<int> nics; ///< indices into Machine::efas
};

struct Plan {
    Policy asked;
    Policy used;
    topology::CpuSet step_cpus; ///< those that the machine has
    std::vector<RankPlan> ranks;
    std::vector<int> ranks_on_nic; ///< for each of Machine::efas
    int idle_cores = 0;            ///< cores of the step without a rank
    int crossings = 0;             ///< ranks that span NUMA nodes
    int overlaps = 0;              ///< ranks that share a CPU with another
    std::vector<std::string> warnings;
};

/// FL-P201 when no CPU is in both the machine and the step.
///
/// Ranks are dealt to NUMA nodes in proportion to their cores and get whole cores, equally many
/// each, next to each other; hardware threads only when cores run out, shared CPUs only when those
/// do. Each rank gets the nearest EFA interface, the least loaded of the near ones; ties go by PCI
/// address, so equal inputs give equal plans.
Result<Plan> plan(const topology::Machine& machine, const PlanInput& input);

} // namespace fairlead::pin
