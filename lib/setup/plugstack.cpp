#include "setup/plugstack.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <fnmatch.h>

namespace fairlead::setup {
namespace {

constexpr std::string_view first_text =
    "# Written by `fairlead enable --spank`, switched by it and by `fairlead disable --spank`. "
    "Words\n"
    "# behind the plugin are kept; which there are stands in plugstack.conf.example.\n"
    "required spank_fairlead.so\n";

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : line.substr(0, line.find('#'))) {
        if (c != ' ' && c != '\t' && c != '\r') {
            word += c;
        } else if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty())
        words.push_back(std::move(word));
    return words;
}

bool names_us(const std::vector<std::string>& words) {
    return words.size() >= 2 && (words[0] == "required" || words[0] == "optional") &&
           std::filesystem::path(words[1]).filename() == spank_object;
}

std::string switched_line(std::vector<std::string> words, bool on) {
    std::erase(words, off_word);
    if (!on)
        words.emplace_back(off_word);
    return fmt::format("{}", fmt::join(words, " "));
}

} // namespace

std::optional<PlugstackLine> find_line(std::string_view text) {
    std::size_t number = 0;
    for (const std::string_view line : split(text, '\n')) {
        ++number;
        const auto words = words_of(line);
        if (names_us(words))
            return PlugstackLine{number, words[0] == "required", {words.begin() + 2, words.end()}};
    }
    return std::nullopt;
}

bool includes(std::string_view text, const std::filesystem::path& file) {
    return std::ranges::any_of(split(text, '\n'), [&](std::string_view line) {
        const auto words = words_of(line);
        return words.size() == 2 && words[0] == "include" &&
               ::fnmatch(words[1].c_str(), file.c_str(), FNM_PATHNAME) == 0;
    });
}

Result<std::string> switched(std::string_view text, bool on) {
    const auto found = find_line(text);
    if (!found)
        return std::string(text) + switched(first_text, on).value();
    if (!found->required)
        return fail(Code::X106,
                    "line {} says `optional {}`: a step that the plugin refuses would run all the "
                    "same; write `required`",
                    found->number, spank_object);
    std::vector<std::string> lines;
    for (const std::string_view line : split(text, '\n'))
        lines.emplace_back(lines.size() + 1 == found->number ? switched_line(words_of(line), on)
                                                             : std::string(line));
    return fmt::format("{}", fmt::join(lines, "\n"));
}

} // namespace fairlead::setup
