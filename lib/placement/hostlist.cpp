#include "placement/hostlist.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/ranges.h>
#include <tuple>

namespace fairlead::placement {
namespace {

constexpr std::size_t longest_number = 9;
constexpr std::size_t longest_name = 255;

/// "n012" is the prefix "n" and the digits "012".
struct Numbered {
    std::string_view prefix, digits;
    unsigned number = 0;

    auto order() const { return std::tuple(prefix, number, digits.size()); }
};

std::optional<unsigned> to_number(std::string_view digits) {
    unsigned number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (digits.empty() || digits.size() > longest_number || error != std::errc{} || stop != end)
        return std::nullopt;
    return number;
}

Numbered number_of(std::string_view name) {
    std::size_t start = name.size();
    while (start > 0 && name.size() - start < longest_number && name[start - 1] >= '0' &&
           name[start - 1] <= '9')
        --start;
    const std::string_view digits = name.substr(start);
    return {name.substr(0, start), digits, to_number(digits).value_or(0)};
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

/// One part between commas of a bracket, "3" or "08-12", put behind what stands before it.
bool add_range(std::string_view range, std::string_view before, std::vector<std::string>& names) {
    const std::size_t dash = range.find('-');
    const auto low = to_number(range.substr(0, dash));
    const auto high = dash == std::string_view::npos ? low : to_number(range.substr(dash + 1));
    if (!low || !high || *high < *low || *high - *low >= most_hosts - names.size())
        return false;
    const std::size_t width = range.substr(0, dash).size();
    for (unsigned number = *low; number <= *high; ++number)
        names.push_back(std::string(before) + padded(number, width));
    return true;
}

/// `beginnings`, each continued with every number of a bracket's content.
std::optional<std::vector<std::string>> continued(const std::vector<std::string>& beginnings,
                                                  std::string_view content) {
    std::vector<std::string> names;
    for (const std::string& beginning : beginnings)
        for (const std::string_view range : split(content, ','))
            if (!add_range(range, beginning, names))
                return std::nullopt;
    return names;
}

/// One item of a list: "n[1-2]rack[3,4]".
std::optional<std::vector<std::string>> expand_item(std::string_view item) {
    std::vector<std::string> names{""};
    while (!item.empty()) {
        const std::size_t open = item.find('[');
        for (std::string& name : names)
            name += item.substr(0, open);
        if (open == std::string_view::npos)
            break;
        const std::size_t close = item.find(']', open);
        if (close == std::string_view::npos)
            return std::nullopt;
        auto more = continued(names, item.substr(open + 1, close - open - 1));
        if (!more)
            return std::nullopt;
        names = std::move(*more);
        item.remove_prefix(close + 1);
    }
    return names;
}

/// The length of the first item, up to a comma outside brackets.
std::size_t item_length(std::string_view list) {
    bool inside = false;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i] == ',' && !inside)
            return i;
        inside = list[i] == '[' || (inside && list[i] != ']');
    }
    return list.size();
}

} // namespace

bool is_plain_name(std::string_view name) {
    const auto fine = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    return !name.empty() && name.size() <= longest_name && name.front() != '-' &&
           name.front() != '.' && std::ranges::all_of(name, fine);
}

std::string compress(std::vector<std::string> names) {
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

std::optional<std::vector<std::string>> expand(std::string_view list) {
    std::vector<std::string> names;
    for (;;) {
        const std::size_t length = item_length(list);
        const auto more = expand_item(list.substr(0, length));
        if (!more || names.size() + more->size() > most_hosts ||
            !std::ranges::all_of(*more, is_plain_name))
            return std::nullopt;
        names.insert(names.end(), more->begin(), more->end());
        if (length == list.size())
            return names;
        list.remove_prefix(length + 1);
    }
}

} // namespace fairlead::placement
