#include "stage/task_batch.hpp"

#include "base/files.hpp"
#include "base/words.hpp"
#include "state/record.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <sys/random.h>

namespace fairlead::stage {
namespace fs = std::filesystem;
namespace {

using state::Json;

constexpr state::Schema schema{"fairlead.stage-task", 1};
constexpr std::size_t most_paths = 100, longest = 4096; // FSx, CreateDataRepositoryTask

std::string_view bare(std::string_view path) {
    return path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

/// A single file goes into a prefix under its own name; a folder becomes the prefix.
const config::Link* task_link(const Transfer& transfer, const std::vector<config::Link>& links) {
    const std::string_view from = bare(transfer.source), to = bare(transfer.destination);
    const std::string inside = fmt::format("{}/{}", to, from.substr(from.rfind('/') + 1));
    const auto found = std::ranges::find_if(links, [&](const config::Link& link) {
        return link.exports == config::LinkExport::Task &&
               (is_linked(link, to, from) || is_linked(link, inside, from));
    });
    return found == links.end() ? nullptr : &*found;
}

/// FSx takes no line ends, those of Unicode included; control characters a request has not.
bool fits(std::string_view path) {
    constexpr std::array<std::string_view, 3> ends{"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
    return path.size() <= longest &&
           std::ranges::none_of(ends, [&](std::string_view end) { return path.contains(end); });
}

fs::path batch_file(const fs::path& state_dir, const std::string& file_system) {
    return queue_place(state_dir).parent_path() / "tasks" / (file_system + ".json");
}

std::string random_token() {
    std::array<unsigned char, 16> bytes{};
    [[maybe_unused]] const ssize_t read = // 16 bytes come whole
        ::getrandom(bytes.data(), bytes.size(), 0);
    std::string token = "fairlead-";
    for (const unsigned char byte : bytes)
        token += fmt::format("{:02x}", byte);
    return token;
}

TaskBatch decode(const Json& record, const std::string& file_system) {
    TaskBatch batch{.file_system = file_system,
                    .token = record.at("token"),
                    .paths = record.at("paths"),
                    .runs = {},
                    .task = record.at("task"),
                    .seen = record.at("seen"),
                    .changed = record.at("changed"),
                    .ended = record.at("ended"),
                    .trouble = record.at("trouble")};
    for (const Json& entry : record.at("runs"))
        if (auto run = parse_run(entry.at("run").get<std::string>()))
            batch.runs.push_back({std::move(*run), entry.at("succeeded")});
    return batch;
}

Result<void> as_queue_error(const Result<void>& done) {
    if (done)
        return {};
    return fail(Code::S131, "staging out: {}", done.error().message);
}

} // namespace

Result<std::vector<TaskPath>> task_paths(const std::vector<Transfer>& transfers,
                                         const std::vector<config::Link>& links) {
    std::vector<TaskPath> paths;
    for (const Transfer& transfer : transfers) {
        const config::Link* link = task_link(transfer, links);
        if (!link)
            continue;
        std::string_view path = bare(transfer.source);
        path.remove_prefix(link->mount == "/" ? 1 : std::min(path.size(), link->mount.size() + 1));
        if (!fits(path))
            return fail(Code::S102, "{}: FSx exports no path with a line end or over {} bytes",
                        printable(transfer.source), longest);
        paths.push_back({link->file_system, path.empty() ? "/" : std::string(path)});
    }
    return paths;
}

bool BatchMaker::add(const TaskRun& run, const std::vector<std::string>& paths) {
    std::set<std::string> all(batch_.paths.begin(), batch_.paths.end());
    all.insert(paths.begin(), paths.end());
    if (all.size() > most_paths)
        return false;
    batch_.paths.assign(all.begin(), all.end());
    batch_.runs.push_back(run);
    return true;
}

TaskBatch BatchMaker::made(std::time_t now) const {
    TaskBatch batch = batch_;
    batch.token = random_token();
    batch.changed = now;
    return batch;
}

Result<std::optional<TaskBatch>> read_batch(const fs::path& state_dir,
                                            const std::string& file_system) {
    const fs::path file = batch_file(state_dir, file_system);
    const auto text = read_file(file);
    if (!text && text.error().code == Code::X101)
        return std::nullopt;
    const auto record =
        text ? state::parse_record(*text, schema, file.native()) : std::unexpected(text.error());
    if (!record)
        return fail(Code::S131, "staging out: {}", record.error().message);
    try {
        return decode(*record, file_system);
    } catch (const Json::exception&) {
        return fail(Code::S131, "staging out: {} cannot be understood", file.native());
    }
}

Result<void> write_batch(const fs::path& state_dir, const TaskBatch& batch) {
    Json runs = Json::array();
    for (const auto& [run, succeeded] : batch.runs)
        runs.push_back(
            {{"run", fmt::format("{}.{}", run.job.value, name_of(run))}, {"succeeded", succeeded}});
    const Json record{{"schema", to_string(schema)}, {"token", batch.token},
                      {"paths", batch.paths},        {"runs", runs},
                      {"task", batch.task},          {"seen", batch.seen},
                      {"changed", batch.changed},    {"ended", batch.ended},
                      {"trouble", batch.trouble}};
    const fs::path file = batch_file(state_dir, batch.file_system);
    if (auto made = make_folders(file.parent_path(), 0700); !made)
        return as_queue_error(made);
    return as_queue_error(write_atomic(
        file, record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", 0600));
}

Result<void> remove_batch(const fs::path& state_dir, const std::string& file_system) {
    return as_queue_error(remove_file(batch_file(state_dir, file_system)));
}

} // namespace fairlead::stage
