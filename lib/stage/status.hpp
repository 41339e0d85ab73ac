/// What a user sees of their staging: small files, each readable by its user alone, in a folder
/// that everybody may look into. They are for people; nothing is decided from them.
#pragma once

#include "stage/job_file.hpp"
#include "stage/places.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fairlead::stage {

enum class Step {
    Staging,   ///< data comes in
    Ready,     ///< it is there
    Held,      ///< it is not; the job waits for its user
    Waiting,   ///< results wait: for the end of the job, or for the next try
    Exporting, ///< they go out
    Exported,  ///< they are there
};

std::string_view to_string(Step step);

struct Status {
    JobRun run;
    Direction phase;
    Step step;
    std::string message{}; ///< what went wrong last, with its code
    Progress progress{};
    std::string written{};    ///< filled by write_status()
    Mode mode = Mode::Shared; ///< Local: what comes to each node, as the first one sees it
};

/// What went wrong with it is nobody's fault and stays untold.
void write_status(const std::filesystem::path& state_dir, const Status& status, std::uint32_t uid);

/// Of what is shared.
void remove_status(const std::filesystem::path& state_dir, const JobRun& run, Direction phase);

/// Those that the caller may read, by job and start; of one job where it is given.
std::vector<Status> read_statuses(const std::filesystem::path& state_dir, std::optional<JobId> job);

/// {"schema":"fairlead.stage-status/1",...}, one line with its end.
std::string encode(const Status& status);

/// "4711  in  [#####.....]  50 %  1.2 of 2.4 GiB, 12 of 24 files, 300 MiB/s, 4 s left"
std::string show(const Status& status);

} // namespace fairlead::stage
