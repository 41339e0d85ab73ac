#include "state/stage_mark.hpp"

#include "base/files.hpp"
#include "state/paths.hpp"
#include "state/record.hpp"

namespace fairlead::state {
namespace fs = std::filesystem;
namespace {

constexpr Schema schema{"fairlead.stage-mark", 1};

Result<StageMark> read_mark(const fs::path& file, JobId job) {
    const auto text = read_file(file);
    if (!text)
        return std::unexpected(text.error());
    const auto record = parse_record(*text, schema, file.native());
    if (!record)
        return std::unexpected(record.error());
    const auto folder = text_field(*record, "state_dir", file.native());
    const auto run = text_field(*record, "run", file.native());
    if (!folder || !run)
        return std::unexpected(folder ? run.error() : folder.error());
    StageMark mark{job, *folder, *run};
    if (record->contains("refusal"))
        mark.refusal = text_field(*record, "refusal", file.native()).value_or("");
    return mark;
}

} // namespace

Result<void> write_stage_mark(const fs::path& run_dir, const StageMark& mark) {
    const fs::path folder = job_folder(run_dir, mark.job);
    if (auto made = make_folders(folder, 0755); !made)
        return made;
    Json record{{"schema", to_string(schema)},
                {"job", mark.job.value},
                {"state_dir", mark.state_dir.native()},
                {"run", mark.run},
                {"written", utc_now()}};
    if (mark.refusal)
        record["refusal"] = *mark.refusal;
    const std::string text = record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    const bool refused = mark.refusal.has_value();
    if (auto written = write_atomic(folder / (refused ? unstaged_name : staged_name), text, 0600);
        !written)
        return written;
    return remove_file(folder / (refused ? staged_name : unstaged_name));
}

std::optional<StageMark> read_stage_mark(const fs::path& run_dir, JobId job) {
    for (const char* name : {unstaged_name, staged_name})
        if (auto mark = read_mark(job_folder(run_dir, job) / name, job))
            return std::move(*mark);
    return std::nullopt;
}

std::optional<std::string> read_data_refusal(const fs::path& run_dir, JobId job) {
    auto mark = read_mark(job_folder(run_dir, job) / unstaged_name, job);
    if (mark)
        return mark->refusal.value_or("");
    if (mark.error().code == Code::X101)
        return std::nullopt;
    return to_string(mark.error());
}

} // namespace fairlead::state
