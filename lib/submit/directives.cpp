#include "submit/directives.hpp"

#include "base/words.hpp"

namespace fairlead::submit {
namespace {

constexpr std::string_view marker = "#SBATCH";

Result<void> check(std::string_view script) {
    if (script.empty())
        return fail(Code::A221, "the batch script is empty");
    if (!script.starts_with("#!"))
        return fail(Code::A221,
                    "the batch script begins with '{}'; expected #! and an interpreter, such as "
                    "#!/bin/sh",
                    printable(script.substr(0, script.find('\n')), 32));
    if (script.contains("\r\n"))
        return fail(Code::A221, "the batch script has DOS line ends; `dos2unix` mends it");
    return {};
}

bool parts_jobs(const Directive& directive) {
    return directive.words.size() == 1 &&
           (directive.words.front() == "hetjob" || directive.words.front() == "packjob");
}

} // namespace

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    bool inside = false;
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        char c = line[i];
        const bool blank = c == ' ' || c == '\t';
        if (!quote && (c == '#' || blank)) {
            inside = false;
            if (c == '#')
                break;
            continue;
        }
        if (!inside)
            words.emplace_back();
        inside = true;
        if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
            c = line[++i];
        } else if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? '\0' : c;
            continue;
        }
        words.back() += c;
    }
    return words;
}

Result<std::vector<std::vector<Directive>>> read_directives(std::string_view script) {
    if (auto fit = check(script); !fit)
        return std::unexpected(fit.error());
    std::vector<std::vector<Directive>> parts(1);
    int number = 0;
    for (const std::string_view line : split(script, '\n')) {
        ++number;
        const std::string_view content = trimmed(line);
        if (!content.empty() && content.front() != '#')
            break;
        if (!line.starts_with(marker))
            continue;
        Directive directive{number, words_of(line.substr(marker.size()))};
        if (parts_jobs(directive))
            parts.emplace_back();
        else if (!directive.words.empty())
            parts.back().push_back(std::move(directive));
    }
    return parts;
}

} // namespace fairlead::submit
