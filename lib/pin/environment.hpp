/// What a rank finds in its environment.
#pragma once

#include "pin/gpus.hpp"
#include "pin/plan.hpp"

#include <string>
#include <vector>

namespace fairlead::pin {

struct Variable {
    std::string name;
    std::string value;
    bool replaces; ///< a value that is there already
};

/// FAIRLEAD_PIN_* always; OpenMP's as the request says; the ones that lead libfabric, Intel MPI and
/// Open MPI to EFA where the rank has an interface. FI_EFA_IFACE, which libfabric reads from 2.0
/// on, narrows a rank to its interfaces; a rank with GPUs gets it only where these hold its GPUs'
/// whole group, because aws-ofi-nccl drives all of them.
std::vector<Variable> environment_of(const topology::Machine& machine, const Plan& plan,
                                     const RankPlan& rank, const Request& request,
                                     const VisibleGpus& visible);

/// The rank with the GPUs that Slurm bound it to, and their interfaces where the plan had chosen
/// those of other GPUs; all interfaces where `gpus` is empty, which means that they are not known.
RankPlan with_own_gpus(const topology::Machine& machine, const Request& request, RankPlan rank,
                       std::vector<int> gpus);

} // namespace fairlead::pin
