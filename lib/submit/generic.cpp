#include "submit/generic.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>

namespace fairlead::submit {
namespace {

using policy::Tres;

/// "2", "1k"; nothing where it is none, so that it may be a type.
std::optional<std::uint64_t> count_of(std::string_view text) {
    constexpr std::string_view suffixes = "kmgtp";
    constexpr std::uint64_t kilo = 1024, most = std::uint64_t{1} << 40;
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || value > most || end - stop > 1)
        return std::nullopt;
    if (stop == end)
        return value;
    const std::size_t power = suffixes.find(static_cast<char>(*stop | 0x20));
    if (power == std::string_view::npos)
        return std::nullopt;
    for (std::size_t i = 0; i <= power && value <= most; ++i)
        value *= kilo;
    return std::min(value, most);
}

/// The name without "gres:" or "gres/" before it.
std::string_view without_kind(std::string_view entry) {
    for (const std::string_view kind : {"gres:", "gres/"})
        if (entry.starts_with(kind))
            return entry.substr(kind.size());
    return entry;
}

bool counted(const std::vector<Tres>& all, const Tres& one) {
    return std::ranges::any_of(all, [&](const Tres& tres) { return tres.name == one.name; });
}

void add(std::vector<Tres>& all, const Tres& one) {
    for (Tres& tres : all)
        if (tres.name == one.name && tres.type == one.type) {
            tres.count += one.count;
            return;
        }
    all.push_back(one);
}

/// What a list adds, times its factor; resources that an earlier list names stay as they are.
void take(std::string_view list, std::uint64_t factor, std::vector<Tres>& all) {
    std::vector<Tres> fresh;
    for (const std::string_view entry : split(list, ',')) {
        auto tres = read_generic(entry);
        if (!tres || counted(all, *tres))
            continue;
        tres->count *= factor;
        add(fresh, *tres);
    }
    std::ranges::move(fresh, std::back_inserter(all));
}

} // namespace

std::optional<Tres> read_generic(std::string_view entry) {
    entry = without_kind(trimmed(entry));
    if (entry.empty() || entry.starts_with("cpu=") || entry.starts_with("cpu:") || entry == "none")
        return std::nullopt;
    const std::size_t end = entry.find_first_of(":=");
    Tres tres{.name = "gres/" + std::string(entry.substr(0, end)), .type = {}, .count = 1};
    if (end == std::string_view::npos)
        return tres;
    const std::string_view rest = entry.substr(end + 1);
    const std::size_t last = rest.find_last_of(":=");
    if (last == std::string_view::npos) {
        if (const auto count = count_of(rest))
            tres.count = *count;
        else
            tres.type = rest;
        return tres;
    }
    const auto count = count_of(rest.substr(last + 1));
    if (!count)
        return std::nullopt;
    tres.type = rest.substr(0, last);
    tres.count = *count;
    return tres;
}

std::vector<Tres> generic_resources(const TresLists& lists, const Scale& scale) {
    std::vector<Tres> all;
    take(lists.job, 1, all);
    take(lists.node, scale.nodes, all);
    take(lists.socket, scale.sockets * scale.nodes, all);
    take(lists.task, scale.tasks, all);
    return all;
}

} // namespace fairlead::submit
