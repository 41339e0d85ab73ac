/// A job description as slurmctld has it, with texts of Slurm's allocator.
#pragma once

#include "jobsubmit/compat.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fairlead::test {

class Description {
  public:
    Description();
    Description(const Description&) = delete;
    Description& operator=(const Description&) = delete;
    ~Description();

    job_desc_msg_t* operator->() { return &job_; }
    job_desc_msg_t& operator*() { return job_; }

    static void put(char*& field, const char* text);

    /// Entries of spank_job_env, of Slurm's allocator as well.
    void spank(const std::vector<std::string>& entries);

  private:
    void drop_spank();

    job_desc_msg_t job_;
};

} // namespace fairlead::test
