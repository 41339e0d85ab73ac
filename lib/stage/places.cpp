#include "stage/places.hpp"

#include "base/files.hpp"

#include <charconv>

namespace fairlead::stage {
namespace fs = std::filesystem;
namespace {

constexpr mode_t roots_own = 0700, for_all = 0755;

fs::path root_of(const fs::path& state_dir) { return state_dir / "stage"; }

fs::path file_of(const fs::path& state_dir, const JobRun& run, std::string_view ending) {
    return job_place(state_dir, run.job) / fmt::format("{}{}", name_of(run), ending);
}

bool digits(std::string_view text) {
    constexpr std::size_t most = 20;
    return !text.empty() && text.size() <= most &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<void> as_journal_error(Result<void> made) {
    return made ? made : fail(Code::S123, "staging: {}", made.error().message);
}

} // namespace

std::string name_of(const JobRun& run) { return fmt::format("{}.{}", run.restart, run.id); }

std::optional<JobRun> parse_run(std::string_view text) {
    const std::size_t first = text.find('.');
    const std::size_t second = text.find('.', first == std::string_view::npos ? first : first + 1);
    if (second == std::string_view::npos)
        return std::nullopt;
    const auto job = parse_job_id(text.substr(0, first));
    const std::string_view restart = text.substr(first + 1, second - first - 1);
    const std::string_view id = text.substr(second + 1);
    JobRun run{job.value_or(JobId{0}), 0, std::string(id)};
    if (!job || !digits(restart) || !digits(id) ||
        std::from_chars(restart.data(), restart.data() + restart.size(), run.restart).ec !=
            std::errc{})
        return std::nullopt;
    return run;
}

fs::path job_place(const fs::path& state_dir, JobId job) {
    return root_of(state_dir) / "jobs" / fmt::format("{}", job.value);
}

fs::path claims_place(const fs::path& state_dir, JobId job) {
    return job_place(state_dir, job) / "claims";
}

/// The journal of staging in outlives a requeue; of staging out each start has its own results.
fs::path work_place(const fs::path& state_dir, Direction phase, const JobRun& run) {
    return job_place(state_dir, run.job) / (phase == Direction::In
                                                ? fmt::format("in.{}", run.id)
                                                : fmt::format("out.{}", name_of(run)));
}

fs::path standing_file(const fs::path& state_dir, const JobRun& run) {
    return file_of(state_dir, run, ".json");
}

fs::path plan_file(const fs::path& state_dir, const JobRun& run) {
    return file_of(state_dir, run, ".out.json");
}

fs::path exported_file(const fs::path& state_dir, const JobRun& run) {
    return file_of(state_dir, run, ".exported.json");
}

fs::path queue_place(const fs::path& state_dir) { return root_of(state_dir) / "queue"; }

fs::path queued_file(const fs::path& state_dir, const JobRun& run) {
    return queue_place(state_dir) / fmt::format("{}.{}.json", run.job.value, name_of(run));
}

fs::path status_place(const fs::path& state_dir) { return root_of(state_dir) / "status"; }

Result<void> make_places(const fs::path& state_dir, JobId job) {
    std::error_code error;
    if (!fs::is_directory(state_dir, error))
        return fail(Code::S123, "staging: state_dir {} does not exist; mount or create it",
                    state_dir.native());
    if (auto made = make_folders(root_of(state_dir), for_all); !made)
        return as_journal_error(made);
    if (auto made = make_folders(status_place(state_dir), for_all); !made)
        return as_journal_error(made);
    for (const fs::path& folder : {queue_place(state_dir), claims_place(state_dir, job)})
        if (auto made = make_folders(folder, roots_own); !made)
            return as_journal_error(made);
    return {};
}

} // namespace fairlead::stage
