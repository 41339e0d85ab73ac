/// The service that stages for jobs that are held until their data is there.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"
#include "base/unique_fd.hpp"
#include "slurm/job_control.hpp"

#include <filesystem>
#include <future>
#include <map>
#include <string>

namespace fairlead::cli {

/// The right to be the one service of a state_dir, for as long as it is kept open. FL-S133.
Result<UniqueFd> only_import(const std::filesystem::path& state_dir);

/// A few jobs at once, one of each user, each by a fairlead-stage-in of its own.
class Imports {
  public:
    explicit Imports(std::string config_path) : config_path_(std::move(config_path)) {}

    /// Begins with the jobs that wait and nobody stages for, as many as may be at once; how many.
    /// FL-E224.
    Result<int> look();
    /// Waits for those that were begun.
    void finish();

  private:
    struct Run {
        std::uint32_t user;
        std::future<bool> done;
    };

    void collect();
    bool begin(const slurm::Job& job);
    bool is_users_turn(const slurm::Job& job) const;

    std::string config_path_;
    std::map<std::uint32_t, Run> running_;  ///< by job; one that goes waits for it
    std::map<std::uint32_t, int> failures_; ///< by job
};

} // namespace fairlead::cli
