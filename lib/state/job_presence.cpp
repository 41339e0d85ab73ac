#include "state/job_presence.hpp"

#include "base/files.hpp"
#include "base/unique_fd.hpp"
#include "state/paths.hpp"

#include <fcntl.h>
#include <vector>

namespace fairlead::state {
namespace fs = std::filesystem;
namespace {

std::vector<JobId> other_jobs(const fs::path& run, JobId job) {
    std::vector<JobId> others;
    std::error_code error;
    for (fs::directory_iterator entry{run / "jobs", error}, end; !error && entry != end;
         entry.increment(error))
        if (const auto other = parse_job_id(entry->path().filename().native());
            other && *other != job)
            others.push_back(*other);
    return others;
}

/// A job whose folder is gone has ended, and needs no mark.
void mark_shared(const fs::path& run, JobId job) {
    const fs::path mark = job_folder(run, job) / shared_name;
    const UniqueFd made{::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
}

} // namespace

Result<void> mark_present(const fs::path& run, JobId job) {
    if (auto made = make_folders(job_folder(run, job), 0755); !made)
        return made;
    // An epilog that was killed left its job's folder, and the job came back.
    if (auto removed = remove_file(job_folder(run, job) / shared_name); !removed)
        return removed;
    for (const JobId other : other_jobs(run, job)) {
        mark_shared(run, other);
        mark_shared(run, job);
    }
    return {};
}

bool shared_node(const fs::path& run, JobId job) {
    std::error_code error;
    return fs::exists(job_folder(run, job) / shared_name, error) || !other_jobs(run, job).empty();
}

} // namespace fairlead::state
