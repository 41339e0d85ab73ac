/// What one node of a starting job says to the others of where the job's nodes lie:
/// `state_dir`/placement/JOB.RESTART, a small file on shared storage that root writes.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"

#include <ctime>
#include <filesystem>
#include <optional>
#include <string>

namespace fairlead::state {

/// A requeued job gets other nodes, so each of its starts is judged anew.
struct JobStart {
    JobId job;
    int restart = 0;
};

std::filesystem::path placement_word_file(const std::filesystem::path& state_dir,
                                          const JobStart& start);

struct PlacementWord {
    bool said = false;                    ///< false: a node is at it
    std::optional<std::string> refusal{}; ///< what stands against the job, with its code
};

/// Takes the question on, for all nodes: true for the one that came first, for which an empty file
/// stands. FL-X201.
Result<bool> take_question(const std::filesystem::path& state_dir, const JobStart& start);

/// FL-X201.
Result<void> say_placement(const std::filesystem::path& state_dir, const JobStart& start,
                           const std::optional<std::string>& refusal);

/// FL-X101 where no node has taken the question on; FL-X202, FL-X203.
Result<PlacementWord> read_placement_word(const std::filesystem::path& state_dir,
                                          const JobStart& start);

/// Removes words older than a week: refusals, and those of jobs whose nodes vanished before an
/// epilog could. A step that comes later judges anew.
void tidy_placement_words(const std::filesystem::path& state_dir, std::time_t now);

} // namespace fairlead::state
