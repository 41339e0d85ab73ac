#include "stage/queue.hpp"

#include "base/files.hpp"
#include "base/unique_fd.hpp"
#include "state/record.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace fairlead::stage {
namespace fs = std::filesystem;
namespace {

using state::Json;

constexpr state::Schema schema{"fairlead.stage-retry", 1};

Result<void> sync_folder(const fs::path& folder) {
    const UniqueFd fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd || ::fsync(fd.get()) != 0)
        return fail(Code::S131, "staging out: cannot sync {}: {}", folder.native(),
                    std::strerror(errno));
    return {};
}

/// Where it comes from and where it goes, so that a crash leaves it in one of them at least.
Result<bool> move(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) {
        if (errno == ENOENT)
            return false;
        return fail(Code::S131, "staging out: cannot move {} to {}: {}", from.native(), to.native(),
                    std::strerror(errno));
    }
    for (const fs::path& folder : {to.parent_path(), from.parent_path()})
        if (auto synced = sync_folder(folder); !synced)
            return std::unexpected(synced.error());
    return true;
}

fs::path retry_file(const fs::path& state_dir, const JobRun& run) {
    return job_place(state_dir, run.job) / (name_of(run) + ".retry.json");
}

std::optional<JobRun> run_of(std::string_view name, std::string_view ending) {
    if (!name.ends_with(ending))
        return std::nullopt;
    return parse_run(name.substr(0, name.size() - ending.size()));
}

/// The start of that submission whose file of any kind it is: "1.ID.json", "1.ID.out.json".
std::optional<JobRun> start_of(std::string_view name, const JobRun& run) {
    const std::size_t end = name.find('.', name.find('.') + 1);
    auto start = parse_run(fmt::format("{}.{}", run.job.value, name.substr(0, end)));
    return start && start->id == run.id ? start : std::nullopt;
}

/// By submission, and of one by its starts.
bool older(const JobRun& a, const JobRun& b) {
    if (a.id != b.id)
        return a.id.size() != b.id.size() ? a.id.size() < b.id.size() : a.id < b.id;
    return std::pair(a.job.value, a.restart) < std::pair(b.job.value, b.restart);
}

} // namespace

Result<bool> enqueue(const fs::path& state_dir, const JobRun& run) {
    return move(plan_file(state_dir, run), queued_file(state_dir, run));
}

Result<std::vector<JobRun>> queued(const fs::path& state_dir) {
    std::vector<JobRun> runs;
    std::error_code error;
    for (fs::directory_iterator entry{queue_place(state_dir), error}, end; !error && entry != end;
         entry.increment(error))
        if (auto run = run_of(entry->path().filename().native(), ".json"))
            runs.push_back(std::move(*run));
    if (error && error != std::errc::no_such_file_or_directory)
        return fail(Code::S131, "staging out: cannot read {}: {}", queue_place(state_dir).native(),
                    error.message());
    std::ranges::sort(runs, older);
    return runs;
}

std::vector<JobRun> planned(const fs::path& state_dir) {
    std::vector<JobRun> runs;
    std::error_code error;
    const fs::path jobs = job_place(state_dir, JobId{1}).parent_path();
    for (fs::directory_iterator job{jobs, error}, end; !error && job != end; job.increment(error)) {
        std::error_code inner;
        const std::string number = job->path().filename().native();
        for (fs::directory_iterator entry{job->path(), inner}; !inner && entry != end;
             entry.increment(inner))
            if (auto run = run_of(number + "." + entry->path().filename().native(), ".out.json"))
                runs.push_back(std::move(*run));
    }
    std::ranges::sort(runs, older);
    return runs;
}

bool planned_again(const fs::path& state_dir, const JobRun& run) {
    std::error_code error, ignored;
    for (fs::directory_iterator entry{job_place(state_dir, run.job), error}, end;
         !error && entry != end; entry.increment(error)) {
        const auto start = start_of(entry->path().filename().native(), run);
        if (!start || start->restart <= run.restart)
            continue;
        // In the order in which one becomes the other.
        for (const fs::path& file : {plan_file(state_dir, *start), queued_file(state_dir, *start),
                                     exported_file(state_dir, *start)})
            if (fs::exists(file, ignored))
                return true;
    }
    return false;
}

Result<void> finish(const fs::path& state_dir, const JobRun& run) {
    const auto moved = move(queued_file(state_dir, run), exported_file(state_dir, run));
    if (!moved)
        return std::unexpected(moved.error());
    return remove_file(retry_file(state_dir, run));
}

Retry read_retry(const fs::path& state_dir, const JobRun& run) {
    const fs::path file = retry_file(state_dir, run);
    const auto text = read_file(file);
    const auto record =
        text ? state::parse_record(*text, schema, file.native()) : std::unexpected(text.error());
    if (!record)
        return {};
    try {
        Retry retry{record->at("tries").get<int>(), record->at("due").get<std::time_t>(),
                    record->at("message").get<std::string>()};
        if (record->contains("succeeded"))
            retry.succeeded = record->at("succeeded").get<bool>();
        retry.always_done = record->value("always_done", false);
        retry.together = record->value("together", 0);
        return retry;
    } catch (const Json::exception&) {
        return {};
    }
}

Retry after_failure(const Retry& before, std::time_t now, std::string message) {
    constexpr std::time_t first = 30, longest = 3600;
    constexpr int doublings = 7;
    const std::time_t wait = first << std::clamp(before.tries, 0, doublings);
    Retry after = before;
    after.tries += 1;
    after.due = now + std::min(wait, longest);
    after.message = std::move(message);
    return after;
}

Result<void> write_retry(const fs::path& state_dir, const JobRun& run, const Retry& retry) {
    Json record{{"schema", to_string(schema)},
                {"tries", retry.tries},
                {"due", retry.due},
                {"message", retry.message}};
    if (retry.succeeded)
        record["succeeded"] = *retry.succeeded;
    if (retry.always_done)
        record["always_done"] = true;
    if (retry.together > 0)
        record["together"] = retry.together;
    return write_atomic(retry_file(state_dir, run),
                        record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", 0600);
}

} // namespace fairlead::stage
