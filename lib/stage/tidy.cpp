#include "stage/tidy.hpp"

#include "stage/places.hpp"
#include "stage/queue.hpp"

#include <algorithm>
#include <set>
#include <sys/stat.h>
#include <vector>

namespace fairlead::stage {
namespace fs = std::filesystem;
namespace {

std::time_t touched(const fs::path& path) {
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0 ? info.st_mtime : 0;
}

/// The folder, or the youngest of what lies in it.
std::time_t last_touched(const fs::path& folder) {
    std::time_t last = touched(folder);
    std::error_code error;
    for (fs::directory_iterator entry{folder, error}, end; !error && entry != end;
         entry.increment(error))
        last = std::max(last, touched(entry->path()));
    return last;
}

std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::directory_iterator entry{folder, error}, end; !error && entry != end;
         entry.increment(error))
        paths.push_back(entry->path());
    return paths;
}

} // namespace

void tidy(const fs::path& state_dir, int days, std::time_t now) {
    constexpr std::time_t day = 86400;
    const std::time_t oldest = now - days * day;
    const auto waiting = queued(state_dir);
    if (!waiting)
        return;
    std::set<fs::path> needed;
    for (const auto& runs : {*waiting, planned(state_dir)})
        for (const JobRun& run : runs)
            needed.insert(job_place(state_dir, run.job));
    std::error_code ignored;
    for (const fs::path& job : entries(job_place(state_dir, JobId{1}).parent_path()))
        if (!needed.contains(job) && last_touched(job) < oldest)
            fs::remove_all(job, ignored);
    for (const fs::path& status : entries(status_place(state_dir)))
        if (touched(status) < oldest)
            fs::remove(status, ignored);
}

} // namespace fairlead::stage
