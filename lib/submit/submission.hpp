/// A submission as it is typed, read as sbatch, srun and salloc read it: the command line goes
/// before the environment, and that before the #SBATCH lines of the script. A pure function of the
/// call; nothing is sent anywhere.
#pragma once

#include "base/error.hpp"
#include "submit/draft.hpp"

#include <ctime>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fairlead::submit {

struct Call {
    std::vector<std::string> words;       ///< "sbatch", "-n4", "script", "argument"
    std::vector<std::string> environment; ///< "NAME=value"
    std::filesystem::path folder;         ///< where it is called
    std::string host;
    std::time_t now = 0;
    std::uint32_t release = 0x1605; ///< of Slurm, 0x1808 for 24.08
    /// Reads scripts and node files; an empty path is standard input.
    std::function<Result<std::string>(const std::filesystem::path&)> read;
};

/// The jobs: one, or each component of a heterogeneous job. Who asks is left to the caller. They
/// borrow the script and the environment from the submission.
class Submission {
  public:
    Command command = Command::Sbatch;
    std::vector<policy::JobRequest> jobs;

  private:
    friend class Assembly;
    std::shared_ptr<const std::string> script_;
    std::vector<std::shared_ptr<const std::vector<std::string>>> environments_;
    std::vector<std::shared_ptr<const std::vector<const char*>>> pointers_;
};

/// FL-A221 where Slurm's command would refuse it, FL-P102 of Fairlead's options.
Result<Submission> read_submission(const Call& call);

} // namespace fairlead::submit
