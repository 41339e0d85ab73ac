#include "fabric/host.hpp"

#include "base/files.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace fairlead::fabric {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t small = 64 * 1024;

/// One line without the blanks around it.
std::optional<std::string> line_of(const fs::path& file) {
    const auto text = read_file(file, small);
    return text ? std::optional(std::string(trimmed(*text))) : std::nullopt;
}

template <class T>
std::optional<T> number_in(std::string_view text) {
    T value{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

/// "2.17.3g" is {2, 17, 3}: what follows a number's digits does not count.
std::vector<int> version_in(std::string_view text) {
    std::vector<int> numbers;
    for (const std::string_view part : split(text, '.')) {
        int value = 0;
        if (std::from_chars(part.data(), part.data() + part.size(), value).ec != std::errc{})
            break;
        numbers.push_back(value);
    }
    return numbers;
}

Finding finding_of(const char* check, std::optional<std::string> found, std::string expected) {
    const bool unknown = !found && !expected.empty();
    return {.check = check,
            .found = printable(found.value_or("")),
            .expected = std::move(expected),
            .state = unknown ? State::Unknown : State::Ok};
}

Finding failed(Finding finding, Code code, std::string message) {
    finding.state = State::Failed;
    finding.error = Error{code, std::move(message)};
    return finding;
}

/// The value of "Max locked memory" in /proc/PID/limits: soft, hard, unit.
std::optional<std::uint64_t> memlock_in(std::string_view limits) {
    constexpr std::string_view name = "Max locked memory";
    for (const std::string_view line : split(limits, '\n')) {
        if (!line.starts_with(name))
            continue;
        const std::string_view rest = trimmed(line.substr(name.size()));
        const std::string_view soft = rest.substr(0, rest.find(' '));
        return soft == "unlimited" ? config::unlimited_memlock : number_in<std::uint64_t>(soft);
    }
    return std::nullopt;
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::uint64_t kib = 1024;
    return bytes == config::unlimited_memlock ? "unlimited" : fmt::format("{} KiB", bytes / kib);
}

std::string command_of(const fs::path& process) { return line_of(process / "comm").value_or(""); }

/// From /proc/PID/stat: "PID (COMMAND) STATE PPID ...", and a command may hold anything.
std::optional<int> parent_of(const fs::path& process) {
    const auto stat = line_of(process / "stat");
    const auto end = stat ? stat->rfind(')') : std::string::npos;
    if (end == std::string::npos)
        return std::nullopt;
    const auto words = split(std::string_view(*stat).substr(end), ' ');
    return words.size() > 2 ? number_in<int>(words[2]) : std::nullopt;
}

std::string driver_of(const fs::path& device) {
    std::error_code error;
    const fs::path target = fs::read_symlink(device / "driver", error);
    return error ? std::string{} : target.filename().native();
}

struct Interface {
    std::string name;
    int mtu;
};

std::vector<Interface> ena_interfaces(const fs::path& root) {
    std::vector<Interface> interfaces;
    std::error_code error;
    for (fs::directory_iterator entry{root / "sys/class/net", error}, end; !error && entry != end;
         entry.increment(error)) {
        if (driver_of(entry->path() / "device") != "ena")
            continue;
        const auto mtu = number_in<int>(line_of(entry->path() / "mtu").value_or(""));
        if (mtu)
            interfaces.push_back({entry->path().filename(), *mtu});
    }
    std::ranges::sort(interfaces, {}, &Interface::mtu);
    return interfaces;
}

} // namespace

Finding check_driver(const fs::path& root, const std::string& least) {
    const auto found = line_of(root / "sys/module/efa/version");
    Finding finding = finding_of("EFA driver", found, least);
    if (least.empty() || !found || version_in(*found) >= version_in(least))
        return finding;
    return failed(std::move(finding), Code::E207,
                  fmt::format("efa: driver {} is older than {}", printable(*found), least));
}

Finding check_ptrace_scope(const fs::path& root, bool demanded) {
    const auto found = line_of(root / "proc/sys/kernel/yama/ptrace_scope");
    Finding finding = finding_of("ptrace_scope", found.value_or("no Yama"), demanded ? "0" : "");
    if (!demanded || !found || *found == "0")
        return finding;
    return failed(std::move(finding), Code::E208,
                  fmt::format("kernel.yama.ptrace_scope is {}, which keeps libfabric from shared "
                              "memory",
                              printable(*found)));
}

Finding check_memlock(const fs::path& root, std::optional<int> pid, std::uint64_t least) {
    std::optional<std::uint64_t> found;
    if (pid)
        if (const auto limits =
                read_file(root / "proc" / fmt::format("{}", *pid) / "limits", small))
            found = memlock_in(*limits);
    Finding finding =
        finding_of("locked memory", found ? std::optional(bytes_text(*found)) : std::nullopt,
                   least ? bytes_text(least) : "");
    if (!found || *found >= least)
        return finding;
    return failed(
        std::move(finding), Code::E209,
        fmt::format("slurmd may lock {}, {} demanded", bytes_text(*found), bytes_text(least)));
}

Finding check_huge_pages(const fs::path& root, int least) {
    const auto found = number_in<int>(line_of(root / "proc/sys/vm/nr_hugepages").value_or(""));
    Finding finding =
        finding_of("huge pages", found ? std::optional(fmt::format("{}", *found)) : std::nullopt,
                   least ? fmt::format("{}", least) : "");
    if (!found || *found >= least)
        return finding;
    return failed(std::move(finding), Code::E216,
                  fmt::format("{} huge pages, {} demanded", *found, least));
}

Finding check_mtu(const fs::path& root, int least) {
    const auto interfaces = ena_interfaces(root);
    std::optional<std::string> found;
    if (!interfaces.empty())
        found = fmt::format("{} {}", interfaces.front().name, interfaces.front().mtu);
    Finding finding = finding_of("MTU", found, least ? fmt::format("{}", least) : "");
    if (interfaces.empty() || interfaces.front().mtu >= least)
        return finding;
    return failed(std::move(finding), Code::E217,
                  fmt::format("MTU of {} is {}, {} demanded", printable(interfaces.front().name),
                              interfaces.front().mtu, least));
}

std::optional<int> slurmd_above(const fs::path& root, int pid) {
    constexpr int most_parents = 64;
    std::optional<int> process = pid;
    for (int i = 0; process && *process > 0 && i < most_parents; ++i) {
        const fs::path folder = root / "proc" / fmt::format("{}", *process);
        if (command_of(folder) == "slurmd")
            return process;
        process = parent_of(folder);
    }
    return std::nullopt;
}

std::optional<int> slurmd_anywhere(const fs::path& root) {
    std::error_code error;
    for (fs::directory_iterator entry{root / "proc", error}, end; !error && entry != end;
         entry.increment(error)) {
        const auto pid = number_in<int>(entry->path().filename().native());
        if (pid && command_of(entry->path()) == "slurmd")
            return pid;
    }
    return std::nullopt;
}

std::optional<double> uptime(const fs::path& root) {
    const auto line = line_of(root / "proc/uptime");
    return line ? number_in<double>(line->substr(0, line->find(' '))) : std::nullopt;
}

} // namespace fairlead::fabric
