/// What the prolog leaves on a node of a job that stages data: for the gate, whether the data is
/// complete; for the epilog, where to find what is staged out.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace fairlead::state {

struct StageMark {
    JobId job;
    std::filesystem::path state_dir;
    std::string run;                      ///< name of this start of the job below state_dir
    std::optional<std::string> refusal{}; ///< why no step may run here, with its code
};

/// Writes staged.json, or unstaged.json where there is a refusal, mode 0600, and removes the other.
/// At no moment is neither there. FL-X201.
Result<void> write_stage_mark(const std::filesystem::path& run_dir, const StageMark& mark);

/// Either of them; nothing for a job that stages nothing, or where it cannot be read.
std::optional<StageMark> read_stage_mark(const std::filesystem::path& run_dir, JobId job);

/// The sentence of unstaged.json, also of one that cannot be read; nothing without one.
std::optional<std::string> read_data_refusal(const std::filesystem::path& run_dir, JobId job);

} // namespace fairlead::state
