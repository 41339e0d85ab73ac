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

} // namespace

Result<void> write_job_state(const std::filesystem::path& run, const JobState& state) {
    if (auto made = make_folders(job_folder(run, state.job), 0755); !made)
        return made;
    Json record{{"schema", to_string(schema)},
                {"job", state.job.value},
                {"node", state.node},
                {"state", state.refusal ? "failed" : "ready"},
                {"efa_found", state.efa_found},
                {"written", utc_now()}};
    if (state.efa_expected)
        record["efa_expected"] = *state.efa_expected;
    if (state.refusal)
        record["refusal"] = *state.refusal;
    const std::string text = record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    return write_atomic(job_file(run, state.job), text, 0600);
}

Result<JobState> read_job_state(const std::filesystem::path& run, JobId job) {
    const auto path = job_file(run, job);
    const auto text = read_file(path);
    if (!text)
        return std::unexpected(text.error());
    const auto record = parse_record(*text, schema, path.native());
    if (!record)
        return std::unexpected(record.error());
    const auto verdict = text_field(*record, "state", path.native());
    if (!verdict)
        return std::unexpected(verdict.error());
    JobState state{job, record->value("node", ""), record->value("efa_found", 0), std::nullopt,
                   std::nullopt};
    if (record->contains("efa_expected"))
        state.efa_expected = record->value("efa_expected", 0);
    if (*verdict != "ready")
        state.refusal = record->value("refusal", "the prolog gave no reason");
    return state;
}

Result<void> remove_job_state(const std::filesystem::path& run, JobId job) {
    if (auto removed = remove_file(job_file(run, job)); !removed)
        return removed;
    const auto folder = job_folder(run, job);
    if (::rmdir(folder.c_str()) != 0 && errno != ENOENT)
        return fail(Code::X201, "cannot remove {}: {}", folder.native(), std::strerror(errno));
    return {};
}

} // namespace fairlead::state
