#include "state/job_state.hpp"

#include "base/files.hpp"
#include "state/paths.hpp"
#include "state/record.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace fairlead::state {
namespace {

constexpr Schema schema{"fairlead.job", 1};

/// All of them: a prolog that was killed may have left a temporary file there.
Result<void> remove_files(const std::filesystem::path& folder) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry{folder, error}, end; !error && entry != end;
         entry.increment(error))
        if (auto removed = remove_file(entry->path()); !removed)
            return removed;
    return {};
}

} // namespace

Result<void> write_job_state(const std::filesystem::path& run, const JobState& state) {
    if (auto made = make_folders(job_folder(run, state.job), 0755); !made)
        return made;
    Json record{{"schema", to_string(schema)},  {"job", state.job.value},
                {"node", state.node},           {"state", state.refusal ? "failed" : "ready"},
                {"efa_found", state.efa_found}, {"written", utc_now()}};
    if (state.efa_expected)
        record["efa_expected"] = *state.efa_expected;
    if (state.refusal)
        record["refusal"] = *state.refusal;
    const std::string text = record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    const auto folder = job_folder(run, state.job);
    const bool refused = state.refusal.has_value();
    if (auto written = write_atomic(folder / (refused ? refused_name : ready_name), text, 0600);
        !written)
        return written;
    return remove_file(folder / (refused ? ready_name : refused_name));
}

Result<std::string> read_refusal(const std::filesystem::path& run, JobId job) {
    const auto path = job_folder(run, job) / refused_name;
    const auto text = read_file(path);
    if (!text)
        return std::unexpected(text.error());
    const auto record = parse_record(*text, schema, path.native());
    if (!record)
        return std::unexpected(record.error());
    return text_field(*record, "refusal", path.native());
}

Result<void> remove_job_state(const std::filesystem::path& run, JobId job) {
    const auto folder = job_folder(run, job);
    // The prolog of a job that comes just now may mark the folder once more.
    constexpr int tries = 3;
    for (int i = 0; i < tries; ++i) {
        if (auto removed = remove_files(folder); !removed)
            return removed;
        if (::rmdir(folder.c_str()) == 0 || errno == ENOENT)
            return {};
    }
    return fail(Code::X201, "cannot remove {}: {}", folder.native(), std::strerror(errno));
}

} // namespace fairlead::state
