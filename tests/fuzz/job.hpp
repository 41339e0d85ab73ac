/// A job in lines, for the fuzzers of rules.
#pragma once

#include "policy/job_request.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fairlead::fuzz {

/// What a line FIELD=VALUE sets, by the names of policy/fields.hpp; lines that name no field, or no
/// number where one is due, are left out. `group` and `gpu` may be there more than once;
/// `environment.NAME` is a variable, and `release`, `counted` (tasks), `stranger` and `by` are what
/// they say.
class Job {
  public:
    /// The text must outlive the job.
    explicit Job(std::string_view lines);

    const policy::JobRequest& request() const { return request_; }

  private:
    void take(std::string_view name, std::string_view value);

    policy::JobRequest request_;
    std::vector<std::string> variables_;
    std::vector<const char*> environment_;
};

} // namespace fairlead::fuzz
