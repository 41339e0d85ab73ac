#include "pin/number_list.hpp"

#include <fmt/ranges.h>

namespace fairlead::pin {
namespace {

struct Range {
    std::uint32_t first, last;

    std::uint32_t length() const { return last - first + 1; }
};
using Ranges = std::vector<Range>;

Ranges ranges_of(const std::vector<std::uint32_t>& numbers) {
    Ranges ranges;
    for (const std::uint32_t number : numbers)
        if (!ranges.empty() && number - ranges.back().last <= 1)
            ranges.back().last = number;
        else
            ranges.push_back({number, number});
    return ranges;
}

/// How many ranges from `at` on are equally long and equally far apart.
std::size_t repeating(const Ranges& ranges, std::size_t at) {
    std::size_t end = at + 1;
    while (end < ranges.size() && ranges[end].length() == ranges[at].length() &&
           ranges[end].first - ranges[end - 1].first == ranges[at + 1].first - ranges[at].first)
        ++end;
    return end - at;
}

std::string plain(const Range& range) {
    if (range.first == range.last)
        return fmt::format("{}", range.first);
    return fmt::format("{}-{}", range.first, range.last);
}

std::string strided(const Range& first, const Range& second, const Range& last) {
    const auto ends = fmt::format("{}-{}", first.first, last.last);
    const std::uint32_t stride = second.first - first.first;
    if (first.length() == 1)
        return fmt::format("{}:{}", ends, stride);
    return fmt::format("{}:{}/{}", ends, first.length(), stride);
}

} // namespace

std::string number_list(const std::vector<std::uint32_t>& numbers) {
    constexpr std::size_t worth_it = 3;
    const Ranges ranges = ranges_of(numbers);
    std::vector<std::string> items;
    for (std::size_t at = 0; at < ranges.size();) {
        const std::size_t count = repeating(ranges, at);
        if (count < worth_it) {
            items.push_back(plain(ranges[at++]));
            continue;
        }
        items.push_back(strided(ranges[at], ranges[at + 1], ranges[at + count - 1]));
        at += count;
    }
    return fmt::format("{}", fmt::join(items, ","));
}

std::string shortened(std::string list, std::size_t width, std::size_t count) {
    if (list.size() <= width)
        return list;
    const std::string end = fmt::format("... {} in all", count);
    const std::size_t comma = list.rfind(',', width - end.size() - 1);
    list.resize(comma == std::string::npos ? 0 : comma + 1);
    return list + end;
}

} // namespace fairlead::pin
