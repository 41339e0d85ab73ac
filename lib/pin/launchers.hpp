/// A plan in the words of other launchers, for jobs that mpirun starts.
#pragma once

#include "pin/plan.hpp"

#include <string>

namespace fairlead::pin {

/// Open MPI's rankfile for the first node (`mpirun --map-by rankfile:file=FILE`, before 5.0
/// `--rankfile FILE`): package and core, both counted from 0 in hwloc's order. FL-P208 where ranks
/// are on hardware threads or not bound, which a rankfile cannot say.
Result<std::string> rankfile(const topology::Machine& machine, const Plan& plan);

/// Two lines of shell: I_MPI_PIN and I_MPI_PIN_DOMAIN, a mask a rank. FL-P208 where not bound.
Result<std::string> intel_mpi(const topology::Machine& machine, const Plan& plan);

/// srun's --cpu-bind=mask_cpu:..., a mask a rank. FL-P208 where not bound.
Result<std::string> slurm_cpu_bind(const topology::Machine& machine, const Plan& plan);

} // namespace fairlead::pin
