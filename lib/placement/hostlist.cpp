#include "placement/hostlist.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/ranges.h>
#include <tuple>

namespace fairlead::placement {
namespace {

constexpr std::size_t longest_number = 9;

/// "n012" is the prefix "n" and the digits "012".
struct Numbered {
    std::string_view prefix, digits;
    unsigned number = 0;

    auto order() const { return std::tuple(prefix, number, digits.size()); }
};

Numbered number_of(std::string_view name) {
    std::size_t start = name.size();
    while (start > 0 && name.size() - start < longest_number && name[start - 1] >= '0' &&
           name[start - 1] <= '9')
        --start;
    const std::string_view digits = name.substr(start);
    unsigned number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return {name.substr(0, start), digits, number};
}

std::string padded(unsigned number, std::size_t width) {
    return fmt::format("{:0{}}", number, width);
}

/// Whether `next` is what a range that has come to `last` counts on to.
bool follows(const Numbered& last, const Numbered& next) {
    return !last.digits.empty() && last.prefix == next.prefix &&
           next.digits == padded(last.number + 1, last.digits.size());
}

using Iterator = std::vector<Numbered>::const_iterator;

/// The ranges of names of one prefix: "1-4,6".
std::vector<std::string> ranges(Iterator begin, Iterator end) {
    std::vector<std::string> parts;
    while (begin != end) {
        Iterator last = begin;
        while (last + 1 != end && follows(*last, *(last + 1)))
            ++last;
        parts.push_back(last == begin ? std::string(begin->digits)
                                      : fmt::format("{}-{}", begin->digits, last->digits));
        begin = last + 1;
    }
    return parts;
}

} // namespace

std::string compress(const std::vector<std::string>& names) {
    std::vector<Numbered> all;
    all.reserve(names.size());
    for (const std::string& name : names)
        all.push_back(number_of(name));
    std::ranges::sort(all, {}, &Numbered::order);
    const auto repeated = std::ranges::unique(all, {}, &Numbered::order);
    all.erase(repeated.begin(), repeated.end());
    std::vector<std::string> items;
    for (auto begin = all.cbegin(); begin != all.cend();) {
        const auto end = std::find_if(begin, all.cend(), [begin](const Numbered& other) {
            return other.prefix != begin->prefix || other.digits.empty() != begin->digits.empty();
        });
        if (end - begin == 1)
            items.push_back(fmt::format("{}{}", begin->prefix, begin->digits));
        else
            items.push_back(
                fmt::format("{}[{}]", begin->prefix, fmt::join(ranges(begin, end), ",")));
        begin = end;
    }
    return fmt::format("{}", fmt::join(items, ","));
}

} // namespace fairlead::placement
