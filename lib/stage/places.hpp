/// Where staging keeps what all nodes must see: below `state_dir`/stage.
///
///     jobs/                  0700, root
///       JOB/claims/EPOCH     who looks after the job now: the highest
///       JOB/in.ID/           what fairlead-stage works in; survives a requeue
///       JOB/RUN.json         how staging in stands, for the job's other nodes
///       JOB/RUN.out.json     what is staged out once the job has ended
///       JOB/out.RUN/         what fairlead-stage works in
///       JOB/RUN.exported.json
///     queue/JOB.RUN.json     results that wait; 0700, root
///     status/JOB.RUN.PHASE.json   0755, each file its user's
///
/// ID is the submission's, RUN is "RESTART.ID": a file of an earlier job of the same number, or of
/// an earlier start of this one, never has a name that somebody waits for.
#pragma once

#include "base/job_id.hpp"
#include "stage/request.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::stage {

/// One start of a job.
struct JobRun {
    JobId job;
    int restart; ///< how often it was requeued before
    std::string id;

    bool operator==(const JobRun&) const = default;
};

/// "0.1763790000000000000"
std::string name_of(const JobRun& run);

/// "4711.0.1763790000000000000", of a file's name; nothing where it is none.
std::optional<JobRun> parse_run(std::string_view text);

std::filesystem::path job_place(const std::filesystem::path& state_dir, JobId job);
std::filesystem::path claims_place(const std::filesystem::path& state_dir, JobId job);
std::filesystem::path work_place(const std::filesystem::path& state_dir, Direction phase,
                                 const JobRun& run);
std::filesystem::path standing_file(const std::filesystem::path& state_dir, const JobRun& run);
std::filesystem::path plan_file(const std::filesystem::path& state_dir, const JobRun& run);
std::filesystem::path exported_file(const std::filesystem::path& state_dir, const JobRun& run);
std::filesystem::path queue_place(const std::filesystem::path& state_dir);
std::filesystem::path queued_file(const std::filesystem::path& state_dir, const JobRun& run);
std::filesystem::path status_place(const std::filesystem::path& state_dir);

/// Makes the folders that all jobs share, and the job's own. FL-S123; `state_dir` itself must be
/// there, because one made on an unmounted share would be seen by this machine alone.
Result<void> make_places(const std::filesystem::path& state_dir, JobId job);

} // namespace fairlead::stage
