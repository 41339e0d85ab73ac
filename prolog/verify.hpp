/// The checks of a node as the prolog makes them: what is cheap each time, what is slow from the
/// record of this boot.
#pragma once

#include "fabric/checks.hpp"
#include "prolog/job_environment.hpp"
#include "prolog/record.hpp"

namespace fairlead::prolog {

/// Looks again for interfaces that EC2 may attach late, while the machine has just booted. FL-E204,
/// FL-X101, FL-X103 and FL-X109 where the node cannot be checked at all.
Result<fabric::Checked> verify(const Arguments& arguments, const JobEnvironment& job,
                               const Demand& demand, const config::Config& config,
                               const Deadline& deadline, const Installation& here = {});

/// Whether interfaces of this machine may still come late.
bool just_booted(const config::Config& config);

/// The slurmd above this process, else any of the machine: for a command that a person runs.
std::optional<int> slurmd_of_machine();

/// The limit of the slurmd above this process, else this process's own, which is inherited.
fabric::Finding memlock_here(std::uint64_t least);

} // namespace fairlead::prolog
