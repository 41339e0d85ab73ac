#include "base/words.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead {
namespace {

constexpr std::size_t longest_word = 64;

/// Optimal string alignment distance over three rows.
std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

} // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blank);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.empty() || word.size() > longest_word)
        return {};
    std::string_view best;
    std::size_t best_edits = std::max<std::size_t>(1, word.size() / 2) + 1;
    for (const std::string_view candidate : candidates)
        if (const std::size_t distance = edits(word, candidate); distance < best_edits) {
            best = candidate;
            best_edits = distance;
        }
    return best;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) {
    if (const std::string_view near = nearest_word(word, candidates); !near.empty())
        return fmt::format(", did you mean '{}'?", near);
    return fmt::format("; expected one of: {}", fmt::join(candidates, ", "));
}

std::string printable(std::string_view text, std::size_t limit) {
    std::string shown(text.substr(0, limit));
    std::ranges::replace_if(shown, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
    if (text.size() > limit)
        shown += "...";
    return shown;
}

} // namespace fairlead
