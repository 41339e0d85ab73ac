/// Which CPUs, GPUs and EFA interfaces each rank of a node gets: a pure function of the machine,
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
    topology::CpuSet step_cpus;              ///< what the step was given on this node
    std::vector<std::uint32_t> ranks;        ///< global ranks in the order of their local ids
    int cpus_per_task = 0;                   ///< 0: share what there is
    int threads_per_core = 0;                ///< 0: not said
    std::vector<int> gpus{};                 ///< the step's, as indices into Machine::gpus
    int ranks_per_nic = ranks_per_nic_limit; ///< the site's limit
    Request request{};
    std::vector<std::string> warnings{}; ///< found on the way here, shown with the plan's own
};

struct RankPlan {
    std::uint32_t rank;
    topology::CpuSet cpus;
    std::vector<int> numa; ///< indices into Machine::numa_nodes
    std::vector<int> gpus; ///< indices into Machine::gpus
    std::vector<int> nics; ///< indices into Machine::efas
};

struct Plan {
    Policy asked;
    Policy used;
    topology::CpuSet step_cpus; ///< those that the machine has
    std::vector<RankPlan> ranks;
    int ranks_per_nic;               ///< the limit that was kept to
    std::vector<int> ranks_on_nic{}; ///< for each of Machine::efas
    int idle_cores = 0;              ///< cores of the step without a rank, reserved ones left out
    int reserved_cores = 0;
    int crossings = 0; ///< ranks that span NUMA nodes
    int overlaps = 0;  ///< ranks that share a CPU with another
    std::vector<std::string> warnings{};
    std::vector<std::string> broken{}; ///< those of them that a strict request would fail with

    bool binds() const { return used != Policy::None; }
};

/// FL-P201 when no CPU is in both the machine and the step; FL-P206 when the request names an
/// interface or reserves cores that the node does not have; FL-P205 when the request is strict and
/// ranks would share CPUs, get fewer than --cpus-per-task or be too many for an interface.
///
/// All ranks get equally many CPUs: --cpus-per-task, or the most that fit every rank. Whole cores,
/// hardware threads only when cores run out, shared CPUs only when those do. A rank spans NUMA
/// nodes only where so many CPUs do not fit otherwise. Among what is left the policy decides:
///   numa, l3, spread  even shares of the NUMA nodes (caches), then near interfaces
///   nic               interfaces of the same package, evenly, then even NUMA nodes
///   gpu               near the GPUs, which ranks share evenly
///   compact           the first NUMA node until it is full
///   none              no binding; interfaces alone are chosen
/// and then the sum of the distances to interfaces and GPUs. GPUs are shared evenly in the order of
/// their numbers. Ties go by PCI address and by number, so equal inputs give equal plans.
Result<Plan> plan(const topology::Machine& machine, const PlanInput& input);

} // namespace fairlead::pin
