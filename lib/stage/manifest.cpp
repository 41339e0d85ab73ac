#include "stage/manifest.hpp"

#include "base/unique_fd.hpp"
#include "base/words.hpp"
#include "stage/job_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <sys/sendfile.h>
#include <tuple>
#include <unistd.h>

namespace fairlead::stage {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t longest = 8192; ///< of a path, as Linux and S3 have them

constexpr std::string_view node_ending = ".node.manifest";
constexpr const char* first_manifest_file = "manifest.first";

std::string ending_of(Direction phase) {
    return fmt::format(".{}.manifest", directions.at(static_cast<std::size_t>(phase)));
}

fs::path file_of(const fs::path& state_dir, const JobRun& run, std::string_view ending) {
    return status_place(state_dir) / fmt::format("{}.{}{}", run.job.value, name_of(run), ending);
}

std::optional<JobRun> run_of(std::string_view name, std::string_view ending) {
    return name.ends_with(ending) ? parse_run(name.substr(0, name.size() - ending.size()))
                                  : std::nullopt;
}

/// The file's name, which root chose, says which run it is of.
std::optional<ShownManifest> named(const fs::path& file) {
    const std::string name = file.filename().native();
    for (const Direction phase : {Direction::In, Direction::Out})
        if (auto run = run_of(name, ending_of(phase)))
            return ShownManifest{std::move(*run), phase, Mode::Shared, file};
    if (auto run = run_of(name, node_ending))
        return ShownManifest{std::move(*run), Direction::In, Mode::Local, file};
    return std::nullopt;
}

bool copied(int from, int to) {
    constexpr std::size_t at_once = 1U << 30U;
    ssize_t count = 0;
    do
        count = ::sendfile(to, from, nullptr, at_once);
    while (count > 0);
    return count == 0;
}

/// Past the line that says which run it is of.
bool skip_head(int fd) {
    std::array<char, 4096> head{};
    const ssize_t count = ::pread(fd, head.data(), head.size(), 0);
    const std::string_view text{head.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    const std::size_t end = text.find('\n');
    return end != std::string_view::npos && ::lseek(fd, static_cast<off_t>(end + 1), SEEK_SET) > 0;
}

/// Those that are there, as one.
bool joined(std::initializer_list<fs::path> parts, int to) {
    bool any = false;
    for (const fs::path& part : parts) {
        const UniqueFd from{::open(part.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
        if (!from)
            continue;
        if ((any && !skip_head(from.get())) || !copied(from.get(), to))
            return false;
        any = true;
    }
    return any;
}

void show(const fs::path& work, const fs::path& file, std::uint32_t uid) {
    const fs::path unfinished = file.native() + ".new";
    std::error_code error;
    fs::remove(unfinished, error);
    const UniqueFd to{::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400)};
    if (to && joined({work / first_manifest_file, work / manifest_file}, to.get()) &&
        ::fchown(to.get(), uid, static_cast<gid_t>(-1)) == 0)
        fs::rename(unfinished, file, error);
    else
        fs::remove(unfinished, error);
}

std::string text_of(const nlohmann::json& line, const char* field) {
    const auto found = line.find(field);
    return found != line.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

} // namespace

void show_manifest(const fs::path& state_dir, const JobRun& run, Direction phase,
                   std::uint32_t uid) {
    show(work_place(state_dir, phase, run), file_of(state_dir, run, ending_of(phase)), uid);
}

Result<void> keep_first_manifest(const fs::path& state_dir, const JobRun& run) {
    const fs::path work = work_place(state_dir, Direction::Out, run);
    if (::rename((work / manifest_file).c_str(), (work / first_manifest_file).c_str()) != 0)
        return errno == ENOENT ? Result<void>{}
                               : fail(Code::S123, "cannot keep the manifest in {}: {}",
                                      work.native(), std::strerror(errno));
    const UniqueFd folder{::open(work.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder || ::fsync(folder.get()) != 0)
        return fail(Code::S123, "cannot sync {}: {}", work.native(), std::strerror(errno));
    return {};
}

void show_node_manifest(const fs::path& node_state, const fs::path& state_dir, const JobRun& run,
                        std::uint32_t uid) {
    show(work_place(node_state, Direction::In, run), file_of(state_dir, run, node_ending), uid);
}

std::vector<ShownManifest> shown_manifests(const fs::path& state_dir, JobId job) {
    std::vector<ShownManifest> found;
    std::error_code error;
    for (fs::directory_iterator entry{status_place(state_dir), error}, end; !error && entry != end;
         entry.increment(error))
        if (auto one = named(entry->path()); one && one->run.job == job)
            found.push_back(std::move(*one));
    std::ranges::sort(found, [](const ShownManifest& a, const ShownManifest& b) {
        return std::tuple(a.run.id.size(), a.run.id, a.run.restart, a.phase, a.mode) <
               std::tuple(b.run.id.size(), b.run.id, b.run.restart, b.phase, b.mode);
    });
    return found;
}

std::string show_manifest_line(std::string_view line) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.is_object() || !entry.contains("path"))
        return printable(std::string(line), longest);
    const std::string path = printable(text_of(entry, "path"), longest);
    if (const std::string why = text_of(entry, "skipped"); !why.empty())
        return fmt::format("left out: {}  {}", printable(why, longest), path);
    std::string checksum = text_of(entry, "checksum");
    if (checksum.empty())
        checksum = "verified:" + text_of(entry, "verified");
    const auto size = entry.find("size");
    return fmt::format(
        "{}  {} B  {}", printable(checksum, longest),
        size != entry.end() && size->is_number_integer() ? size->get<std::int64_t>() : 0, path);
}

} // namespace fairlead::stage
