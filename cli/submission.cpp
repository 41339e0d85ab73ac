#include "cli/submission.hpp"

#include "base/files.hpp"
#include "cli/policy_snapshot.hpp"

#include <ctime>
#include <unistd.h>

namespace fairlead::cli {
namespace {

std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::vector<std::string> environment() {
    std::vector<std::string> entries;
    for (char** entry = environ; entry && *entry; ++entry)
        entries.emplace_back(*entry);
    return entries;
}

Result<std::string> read_script(const std::filesystem::path& path) {
    return read_file(path.empty() ? "/dev/stdin" : path);
}

} // namespace

Result<submit::Submission> submission_of(const std::vector<std::string>& words) {
    return submit::read_submission({.words = words,
                                    .environment = environment(),
                                    .folder = std::filesystem::current_path(),
                                    .host = host_name(),
                                    .now = std::time(nullptr),
                                    .release = slurm_release(),
                                    .read = read_script});
}

} // namespace fairlead::cli
