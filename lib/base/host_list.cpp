#include "base/host_list.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/core.h>

namespace fairlead {
namespace {

using Names = std::vector<std::string>;

constexpr std::size_t longest_list = 64 * 1024;
constexpr std::size_t longest_name = 200; // leaves room for what file names add

std::optional<std::size_t> number(std::string_view text) {
    std::size_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

/// "08-11" as 08, 09, 10, 11.
bool add_range(std::string_view text, std::size_t most, Names& numbers) {
    const std::size_t dash = text.find('-');
    const std::string_view low = text.substr(0, dash);
    const auto first = number(low);
    const auto last = dash == std::string_view::npos ? first : number(text.substr(dash + 1));
    if (!first || !last || low.size() > longest_name || *last < *first || *last - *first >= most)
        return false;
    for (std::size_t value = *first; value <= *last; ++value)
        numbers.push_back(fmt::format("{:0{}}", value, low.size()));
    return numbers.size() <= most;
}

/// What each name of `heads` becomes with each of `tails` behind it.
std::optional<Names> joined(const Names& heads, const Names& tails, std::size_t most) {
    if (heads.size() * tails.size() > most)
        return std::nullopt;
    Names names;
    for (const std::string& head : heads)
        for (const std::string& tail : tails) {
            if (head.size() + tail.size() > longest_name)
                return std::nullopt;
            names.push_back(head + tail);
        }
    return names;
}

/// One word of the list, with any number of brackets: "rack[1-2]n[1-4]".
std::optional<Names> expand_word(std::string_view word, std::size_t most) {
    std::optional<Names> names = Names{""};
    while (names && !word.empty()) {
        const std::size_t open = word.find('[');
        names = joined(*names, {std::string(word.substr(0, open))}, most);
        if (open == std::string_view::npos)
            return names;
        const std::size_t close = word.find(']', open);
        if (close == std::string_view::npos)
            return std::nullopt;
        Names numbers;
        for (const std::string_view range : split(word.substr(open + 1, close - open - 1), ','))
            if (!add_range(range, most, numbers))
                return std::nullopt;
        if (names)
            names = joined(*names, numbers, most);
        word.remove_prefix(close + 1);
    }
    return names;
}

/// Where the first word ends: at a comma outside of brackets.
std::size_t word_end(std::string_view text) {
    bool inside = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '[' || text[i] == ']')
            inside = text[i] == '[';
        if (text[i] == ',' && !inside)
            return i;
    }
    return text.size();
}

std::optional<std::size_t> count_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = number(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number(text.substr(dash + 1));
    if (!first || !last || *last < *first || *last - *first >= most_hosts)
        return std::nullopt;
    return *last - *first + 1;
}

/// Of what stands between two brackets: "1-3,07".
std::optional<std::size_t> count_ranges(std::string_view text) {
    std::size_t sum = 0;
    for (bool more = true; more;) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const auto range = count_range(text.substr(0, comma));
        if (!range || sum + *range > most_hosts)
            return std::nullopt;
        sum += *range;
        more = comma < text.size();
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return sum;
}

std::optional<std::size_t> count_word(std::string_view word) {
    std::size_t names = 1;
    for (std::size_t open = word.find('['); open != std::string_view::npos; open = word.find('[')) {
        const std::size_t close = word.find(']', open);
        if (close == std::string_view::npos)
            return std::nullopt;
        const auto ranges = count_ranges(word.substr(open + 1, close - open - 1));
        if (!ranges || names * *ranges > most_hosts)
            return std::nullopt;
        names *= *ranges;
        word.remove_prefix(close + 1);
    }
    return names;
}

} // namespace

bool is_host_name(std::string_view name) {
    const auto fine = [](unsigned char c) {
        return std::isalnum(c) || c == '-' || c == '.' || c == '_';
    };
    return !name.empty() && name.size() <= longest_name && name.front() != '.' &&
           std::ranges::all_of(name, fine);
}

std::optional<std::vector<std::string>> expand_host_list(std::string_view text, std::size_t most) {
    // As much room for each name whatever the number.
    if (text.empty() || text.size() / std::max<std::size_t>(most / most_hosts, 1) > longest_list)
        return std::nullopt;
    Names names;
    for (;;) {
        const std::size_t end = word_end(text);
        const auto words = expand_word(text.substr(0, end), most);
        if (!words || names.size() + words->size() > most ||
            !std::ranges::all_of(*words, is_host_name))
            return std::nullopt;
        names.insert(names.end(), words->begin(), words->end());
        if (end == text.size())
            return names;
        text.remove_prefix(end + 1);
    }
}

std::optional<std::size_t> count_hosts(std::string_view text) {
    if (text.empty())
        return std::nullopt;
    std::size_t names = 0;
    for (;;) {
        const std::size_t end = word_end(text);
        const auto word = count_word(text.substr(0, end));
        if (!word || names + *word > most_hosts)
            return std::nullopt;
        names += *word;
        if (end == text.size())
            return names;
        text.remove_prefix(end + 1);
    }
}

} // namespace fairlead
