#include "topology/cpuset.hpp"

#include "base/words.hpp"

#include <charconv>
#include <fmt/core.h>

namespace fairlead::topology {
namespace {

std::optional<int> number(std::string_view text) {
    int value = -1;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value < 0 || value > highest_cpu)
        return std::nullopt;
    return value;
}

} // namespace

std::optional<CpuSet> CpuSet::from_list(std::string_view text) {
    CpuSet set;
    if (trimmed(text).empty())
        return set;
    for (const std::string_view part : split(trimmed(text), ',')) {
        const auto dash = part.find('-');
        const auto low = number(part.substr(0, dash));
        const auto high = dash == std::string_view::npos ? low : number(part.substr(dash + 1));
        if (!low || !high || *low > *high)
            return std::nullopt;
        hwloc_bitmap_set_range(set.bits_, static_cast<unsigned>(*low), *high);
    }
    return set;
}

std::vector<int> CpuSet::cpus() const {
    std::vector<int> all;
    for (int cpu = first(); cpu >= 0; cpu = hwloc_bitmap_next(bits_, cpu))
        all.push_back(cpu);
    return all;
}

std::string CpuSet::list() const {
    std::string text;
    for (int low = first(); low >= 0;) {
        int high = low;
        while (contains(high + 1))
            ++high;
        text += fmt::format("{}{}", text.empty() ? "" : ",", low);
        if (high > low)
            text += fmt::format("-{}", high);
        low = hwloc_bitmap_next(bits_, high);
    }
    return text;
}

} // namespace fairlead::topology
