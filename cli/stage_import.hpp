/// The service that stages for jobs that are held until their data is there.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"

#include <future>
#include <map>
#include <string>

namespace fairlead::cli {

/// A few jobs at once, each by a fairlead-stage-in of its own.
class Imports {
  public:
    explicit Imports(std::string config_path) : config_path_(std::move(config_path)) {}

    /// Begins with the jobs that wait and nobody stages for. FL-E224.
    Result<void> look();
    /// Waits for those that were begun.
    void finish() { running_.clear(); }

  private:
    void collect();

    std::string config_path_;
    std::map<std::uint32_t, std::future<void>> running_; ///< by job; one that goes waits for it
};

} // namespace fairlead::cli
