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

/// A field may be missing, as a neighbouring release may not write it; one of another type is
/// damage.
bool well_typed(const Json& record) {
    const auto fits = [&](const char* name, auto is_type) {
        const auto field = record.find(name);
        return field == record.end() || is_type(*field);
    };
    const auto text = [](const Json& field) { return field.is_string(); };
    const auto number = [](const Json& field) { return field.is_number_integer(); };
    return fits("node", text) && fits("refusal", text) && fits("efa_found", number) &&
           fits("efa_expected", number);
}

std::optional<int> whole_number(const Json& record, const char* name) {
    const auto field = record.find(name);
    if (field == record.end())
        return std::nullopt;
    return field->get<int>();
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
    if (!well_typed(*record))
        return fail(Code::X203, "{} has a field of the wrong type", path.native());
    JobState state{job, text_field(*record, "node", path.native()).value_or(""),
                   whole_number(*record, "efa_found").value_or(0),
                   whole_number(*record, "efa_expected"), std::nullopt};
    if (*verdict != "ready")
        state.refusal =
            text_field(*record, "refusal", path.native()).value_or("the prolog gave no reason");
    return state;
}

Result<void> remove_job_state(const std::filesystem::path& run, JobId job) {
    const auto folder = job_folder(run, job);
    // A prolog that was killed may have left a temporary file beside job.json.
    std::error_code error;
    for (std::filesystem::directory_iterator entry{folder, error}, end; !error && entry != end;
         entry.increment(error))
        if (entry->path().filename().native().starts_with("job.json"))
            if (auto removed = remove_file(entry->path()); !removed)
                return removed;
    if (::rmdir(folder.c_str()) != 0 && errno != ENOENT)
        return fail(Code::X201, "cannot remove {}: {}", folder.native(), std::strerror(errno));
    return {};
}

} // namespace fairlead::state
