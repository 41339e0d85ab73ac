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
    bool operator==(const Variable&) const = default;
};

/// FAIRLEAD_PIN_* always; OpenMP's as the request says; the ones that lead libfabric, Intel MPI and
/// Open MPI to EFA where the rank has an interface. FI_EFA_IFACE, which libfabric reads from 2.0
/// on, narrows a rank to its interfaces. aws-ofi-nccl drives the whole group of a GPU, so a rank
/// with GPUs gets it only where these hold all of that; one whose GPUs cannot be told does not; and
/// one that may use any GPU of the node, because nobody says which (no GRES), only where the user
/// names interfaces.
std::vector<Variable> environment_of(const topology::Machine& machine, const Plan& plan,
                                     const RankPlan& rank, const Request& request,
                                     const VisibleGpus& visible);

/// Of these what is the same for every rank, whichever GPUs Slurm binds it to. Slurm takes some 10
/// us for a variable (bench/task_init), so these are set once for the step. Not all that happens to
/// be the same is found.
std::vector<Variable> shared_environment(const topology::Machine& machine, const Plan& plan,
                                         const Request& request);

/// The rank with the GPUs that Slurm bound it to, and their interfaces where the plan had chosen
/// those of other GPUs. Where it cannot be told which they are, no GPU is named and all interfaces
/// are its own, so that NCCL finds the right ones. Interfaces that the user chose stay.
RankPlan with_own_gpus(const topology::Machine& machine, const Request& request, RankPlan rank,
                       std::optional<std::vector<int>> gpus);

} // namespace fairlead::pin
