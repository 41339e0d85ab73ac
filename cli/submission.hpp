/// What a person types behind -- as Slurm's commands would send it.
#pragma once

#include "submit/submission.hpp"

namespace fairlead::cli {

/// sbatch, srun or salloc with its words, in this folder, with this environment and on this host. A
/// script is read where it lies, or from standard input.
Result<submit::Submission> submission_of(const std::vector<std::string>& words);

} // namespace fairlead::cli
