#include "stage/lfs.hpp"

#include "base/files.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_set>

namespace fairlead::stage {
namespace {

constexpr std::size_t shown = 300;

using Paths = std::unordered_set<std::string_view>;

struct Line {
    std::string_view path, rest;
};

/// "PATH: REST", with the longest path that was asked for.
std::optional<Line> line_of(std::string_view text, const Paths& asked) {
    for (std::size_t at = text.rfind(": "); at != std::string_view::npos && at > 0;
         at = text.rfind(": ", at - 1))
        if (asked.contains(text.substr(0, at)))
            return Line{text.substr(0, at), text.substr(at + 2)};
    return std::nullopt;
}

/// "(0x0000000d) released exists archived, archive_id:1"
std::optional<HsmState> state_of(std::string_view text) {
    unsigned bits = 0;
    if (!text.starts_with("(0x"))
        return std::nullopt;
    const char* begin = text.data() + 3;
    const char* all = text.data() + text.size();
    const auto [end, error] = std::from_chars(begin, all, bits, 16);
    if (error != std::errc{} || end == all || *end != ')')
        return std::nullopt;
    return HsmState{.exists = (bits & 0x1u) != 0,
                    .dirty = (bits & 0x2u) != 0,
                    .released = (bits & 0x4u) != 0,
                    .archived = (bits & 0x8u) != 0,
                    .lost = (bits & 0x40u) != 0};
}

/// "NOOP", "RESTORE waiting (from 0 to EOF)", "RESTORE running (4096 bytes moved)"
std::optional<HsmAction> action_of(std::string_view text) {
    constexpr std::string_view running = " running (";
    if (text == "NOOP")
        return HsmAction{};
    const bool known = text.starts_with("RESTORE ") || text.starts_with("ARCHIVE ") ||
                       text.starts_with("RELEASE ") || text.starts_with("REMOVE ") ||
                       text.starts_with("CANCEL ");
    if (!known)
        return std::nullopt;
    HsmAction action{.busy = true};
    if (const auto at = text.find(running); at != std::string_view::npos)
        std::from_chars(text.data() + at + running.size(), text.data() + text.size(), action.moved);
    return action;
}

std::optional<std::string> fid_of(std::string_view text) {
    constexpr std::size_t longest = 64;
    const bool fits = text.size() <= longest && text.starts_with("[0x") && text.ends_with(']') &&
                      text.find_first_not_of("0123456789abcdefx:", 1) == text.size() - 1;
    return fits ? std::optional(std::string(text)) : std::nullopt;
}

template <class T, class Read>
Told<T> read_lines(std::string_view output, std::span<const std::string> paths, Read read) {
    const Paths asked(paths.begin(), paths.end());
    Told<T> told;
    for (const std::string_view text : split(output, '\n')) {
        const auto line = line_of(text, asked);
        const auto value = line ? read(line->rest) : std::nullopt;
        if (value)
            told.by_path.emplace(line->path, *value);
        else if (told.complaint.empty())
            told.complaint = printable(text, shown);
    }
    return told;
}

} // namespace

Told<HsmState> read_states(std::string_view output, std::span<const std::string> paths) {
    return read_lines<HsmState>(output, paths, state_of);
}

Told<HsmAction> read_actions(std::string_view output, std::span<const std::string> paths) {
    return read_lines<HsmAction>(output, paths, action_of);
}

Told<std::string> read_fids(std::string_view output, std::span<const std::string> paths) {
    if (paths.size() == 1)
        if (const auto fid = fid_of(trimmed(output)))
            return {.by_path = {{paths.front(), *fid}}};
    return read_lines<std::string>(output, paths, fid_of);
}

Staged<ChildResult> Lfs::run(const char* verb, std::span<const std::string> paths) {
    std::vector<std::string> argv{program_, verb};
    argv.insert(argv.end(), paths.begin(), paths.end());
    return hand_.run(argv, wait_);
}

Staged<Told<HsmState>> Lfs::states(std::span<const std::string> paths) {
    const auto ended = run("hsm_state", paths);
    if (!ended)
        return std::unexpected(ended.error());
    return read_states(ended->output, paths);
}

Staged<Told<HsmAction>> Lfs::actions(std::span<const std::string> paths) {
    const auto ended = run("hsm_action", paths);
    if (!ended)
        return std::unexpected(ended.error());
    return read_actions(ended->output, paths);
}

Staged<Told<std::string>> Lfs::fids(std::span<const std::string> paths) {
    const auto ended = run("path2fid", paths);
    if (!ended)
        return std::unexpected(ended.error());
    return read_fids(ended->output, paths);
}

namespace {

constexpr int not_run = 127; // see HandLane::run

Asked asked_of(const ChildResult& ended) {
    const std::string_view words = trimmed(ended.output);
    const std::string_view first = words.substr(0, words.find('\n'));
    if (ended.status == 0)
        return {.taken = true};
    return {.answered = ended.status != not_run,
            .complaint =
                first.empty() ? fmt::format("status {}", ended.status) : printable(first, shown)};
}

} // namespace

Staged<Asked> Lfs::restore(std::span<const std::string> paths) {
    const auto ended = run("hsm_restore", paths);
    if (!ended)
        return std::unexpected(ended.error());
    return asked_of(*ended);
}

Asked Lfs::archive(const std::string& mount, std::span<const std::string> fids) {
    if (auto trusted = check_trusted(program_); !trusted)
        return {.answered = false, .complaint = trusted.error().message};
    std::vector<std::string> argv{program_, "hsm_archive", "--mntpath", mount};
    argv.insert(argv.end(), fids.begin(), fids.end());
    const auto ended =
        run_child(Code::S124, argv, plain_environment(), wait_, usual_output, Complaints::Kept);
    if (!ended)
        return {.answered = false, .complaint = ended.error().message};
    return asked_of(*ended);
}

} // namespace fairlead::stage
