#include "prolog/attempts.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

namespace fairlead::prolog {
namespace {

constexpr std::string_view marker = "fairlead: attempt ";
constexpr char separator = ';'; ///< between parts of an admin_comment, as job_submit writes it

struct Part {
    std::size_t begin, end;
};

Part part_in(std::string_view comment) {
    std::size_t begin = comment.find(marker);
    while (begin != std::string_view::npos && begin > 0 && comment[begin - 1] != separator)
        begin = comment.find(marker, begin + 1);
    if (begin == std::string_view::npos)
        return {comment.size(), comment.size()};
    return {begin, std::min(comment.find(separator, begin), comment.size())};
}

} // namespace

int attempts_in(std::string_view admin_comment) {
    const Part part = part_in(admin_comment);
    if (part.begin == part.end)
        return 0;
    const std::string_view text =
        admin_comment.substr(part.begin, part.end - part.begin).substr(marker.size());
    int attempts = 0;
    std::from_chars(text.data(), text.data() + text.size(), attempts);
    return std::clamp(attempts, 0, most_attempts);
}

std::string with_attempt(std::string_view admin_comment, int attempt, std::string_view sentence) {
    const Part part = part_in(admin_comment);
    std::string_view before = admin_comment.substr(0, part.begin);
    std::string said(sentence);
    std::ranges::replace(said, separator, ',');
    return fmt::format("{}{}{}{} of {}: {}{}", before,
                       before.empty() || before.ends_with(separator) ? "" : ";", marker, attempt,
                       most_attempts, said, admin_comment.substr(part.end));
}

} // namespace fairlead::prolog
