/// How the ranks of a node are cut before they are placed: into which domains, how wide.
#pragma once

#include "pin/plan.hpp"
#include "pin/slots.hpp"

namespace fairlead::pin {

struct Layout {
    Policy policy;
    std::vector<Domain> domains;
    std::size_t width = 1;    ///< slots a rank
    bool shared = false;      ///< more ranks than slots: one slot each, several ranks on it
    bool crossing = false;    ///< not all ranks fit into domains
    bool threads = false;     ///< hardware threads are slots of their own
    std::size_t cut_from = 0; ///< --cpus-per-task where that does not fit, else 0
};

/// The policy to use for what was asked: auto becomes gpu where the step has GPUs, nic where every
/// package has an EFA interface of its own and there are two or more, else numa. One that the
/// machine has nothing for becomes numa, with a warning.
Policy resolve(const topology::Machine& machine, const PlanInput& input,
               std::vector<std::string>& warnings);

/// `usable` are the step's CPUs without the reserved ones, at least one. By numa where ranks by l3
/// do not fit inside a cache.
Layout lay_out(const topology::Machine& machine, const PlanInput& input, Policy policy,
               const topology::CpuSet& usable);

} // namespace fairlead::pin
