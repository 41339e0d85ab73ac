#include "stage/status.hpp"

#include "base/files.hpp"
#include "base/words.hpp"
#include "state/record.hpp"

#include <algorithm>
#include <unistd.h>

namespace fairlead::stage {
namespace fs = std::filesystem;
namespace {

using state::Json;

constexpr state::Schema schema{"fairlead.stage-status", 1};
constexpr std::array<std::string_view, 6> steps{"staging", "ready",     "held",
                                                "waiting", "exporting", "exported"};
constexpr std::size_t longest = 16 * 1024;

/// What is told apart.
using Kind = std::pair<Direction, Mode>;
constexpr std::array<Kind, 3> kinds{
    {{Direction::In, Mode::Shared}, {Direction::In, Mode::Local}, {Direction::Out, Mode::Shared}}};

std::string_view word(Direction phase) { return directions.at(static_cast<std::size_t>(phase)); }
std::string_view word(Mode mode) { return modes.at(static_cast<std::size_t>(mode)); }
std::string_view word(const Kind& kind) {
    return kind.second == Mode::Local ? "node" : word(kind.first);
}

fs::path file_of(const fs::path& state_dir, const JobRun& run, const Kind& kind) {
    return status_place(state_dir) /
           fmt::format("{}.{}.{}.json", run.job.value, name_of(run), word(kind));
}

/// The file's name, which root chose, says which run it is of.
std::optional<std::pair<JobRun, Kind>> named(std::string_view name) {
    for (const Kind& kind : kinds) {
        const std::string ending = fmt::format(".{}.json", word(kind));
        if (!name.ends_with(ending))
            continue;
        if (auto run = parse_run(name.substr(0, name.size() - ending.size())))
            return std::pair{std::move(*run), kind};
    }
    return std::nullopt;
}

std::int64_t number(const Json& record, const char* name) {
    const auto found = record.find(name);
    return found != record.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::optional<Status> decode(const std::string& text, const JobRun& run, const Kind& kind) {
    const auto record = state::parse_record(text, schema, "a status");
    const auto step =
        record ? state::text_field(*record, "state", "a status") : std::unexpected(record.error());
    if (!step)
        return std::nullopt;
    const auto* const found = std::ranges::find(steps, *step);
    if (found == steps.end())
        return std::nullopt;
    return Status{.run = run,
                  .phase = kind.first,
                  .step = static_cast<Step>(found - steps.begin()),
                  .message = state::text_field(*record, "message", "").value_or(""),
                  .progress = {.bytes_done = number(*record, "bytes_done"),
                               .bytes_total = number(*record, "bytes_total"),
                               .files_done = number(*record, "files_done"),
                               .files_total = number(*record, "files_total"),
                               .started = number(*record, "started"),
                               .updated = number(*record, "updated"),
                               .rate = number(*record, "rate")},
                  .written = state::text_field(*record, "written", "").value_or(""),
                  .mode = kind.second};
}

std::string bytes(std::int64_t count) {
    constexpr std::array<std::string_view, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
    constexpr double step = 1024;
    auto value = static_cast<double>(count);
    std::size_t unit = 0;
    for (; value >= step && unit + 1 < units.size(); ++unit)
        value /= step;
    return unit == 0 ? fmt::format("{} B", count) : fmt::format("{:.1f} {}", value, units.at(unit));
}

std::string bar(double part) {
    constexpr std::size_t width = 20;
    const auto full = static_cast<std::size_t>(part * width);
    return fmt::format("[{}{}]", std::string(full, '#'), std::string(width - full, '.'));
}

std::string progress_text(const Progress& progress) {
    const auto total = std::max<std::int64_t>(progress.bytes_total, 1);
    const double part =
        std::clamp(static_cast<double>(progress.bytes_done) / static_cast<double>(total), 0.0, 1.0);
    constexpr double percent = 100;
    std::string text =
        fmt::format("{} {:3.0f} %  {} of {}, {} of {} files", bar(part), part * percent,
                    bytes(progress.bytes_done), bytes(progress.bytes_total), progress.files_done,
                    progress.files_total);
    if (progress.rate > 0)
        text += fmt::format(", {}/s, {} s left", bytes(progress.rate),
                            std::max<std::int64_t>(0, progress.bytes_total - progress.bytes_done) /
                                progress.rate);
    return text;
}

} // namespace

std::string_view to_string(Step step) { return steps.at(static_cast<std::size_t>(step)); }

std::string encode(const Status& status) {
    const Progress& progress = status.progress;
    const Json record{{"schema", to_string(schema)},
                      {"job", status.run.job.value},
                      {"restart", status.run.restart},
                      {"direction", word(status.phase)},
                      {"mode", word(status.mode)},
                      {"state", to_string(status.step)},
                      {"message", status.message},
                      {"bytes_done", progress.bytes_done},
                      {"bytes_total", progress.bytes_total},
                      {"files_done", progress.files_done},
                      {"files_total", progress.files_total},
                      {"rate", progress.rate},
                      {"started", progress.started},
                      {"updated", progress.updated},
                      {"written", status.written}};
    return record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_status(const fs::path& state_dir, const Status& status, std::uint32_t uid) {
    const fs::path file = file_of(state_dir, status.run, {status.phase, status.mode});
    Status stamped = status;
    stamped.written = state::utc_now();
    if (write_atomic(file, encode(stamped), 0400))
        (void)!::chown(file.c_str(), uid, static_cast<gid_t>(-1));
}

void remove_status(const fs::path& state_dir, const JobRun& run, Direction phase) {
    (void)remove_file(file_of(state_dir, run, {phase, Mode::Shared}));
}

std::vector<Status> read_statuses(const fs::path& state_dir, std::optional<JobId> job) {
    std::vector<Status> found;
    std::error_code error;
    for (fs::directory_iterator entry{status_place(state_dir), error}, end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().native();
        const auto run = named(name);
        if (!run || (job && run->first.job != *job))
            continue;
        const auto text = read_file(entry->path(), longest);
        if (auto status = text ? decode(*text, run->first, run->second) : std::nullopt)
            found.push_back(std::move(*status));
    }
    std::ranges::sort(found, [](const Status& a, const Status& b) {
        return std::tuple(a.run.job.value, a.run.id.size(), a.run.id, a.run.restart, a.phase,
                          a.mode) < std::tuple(b.run.job.value, b.run.id.size(), b.run.id,
                                               b.run.restart, b.phase, b.mode);
    });
    return found;
}

std::string show(const Status& status) {
    std::string line = fmt::format("{:<10} {:<4} {:<10}", status.run.job.value,
                                   word(Kind{status.phase, status.mode}), to_string(status.step));
    if (status.progress.bytes_total > 0 || status.progress.files_total > 0)
        line += " " + progress_text(status.progress);
    if (!status.message.empty())
        line += " " + printable(status.message, longest);
    return line;
}

} // namespace fairlead::stage
