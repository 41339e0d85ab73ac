/// Runs fairlead-prolog-slurmctld, which judges a job's placement and speaks with slurmctld, as a
/// child of a node's prolog.
#pragma once

#include "base/child.hpp"
#include "prolog/arguments.hpp"

namespace fairlead::prolog {

/// Has it judge where the job's nodes lie. Exit status 0, or 3 with the reason as output. FL-E221.
Result<ChildResult> judge_by_program(const Arguments& arguments, std::chrono::milliseconds time);

/// Has it end the job, where the gate cannot be told to refuse it: a batch job goes back to the
/// queue and stays held; srun and salloc end, with the sentence on the terminal. FL-E224.
Result<void> end_by_program(const Arguments& arguments, const std::string& sentence,
                            std::chrono::milliseconds time);

} // namespace fairlead::prolog
