#include "doctor/prolog_chain.hpp"

#include "base/files.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <glob.h>

namespace fairlead::doctor {
namespace fs = std::filesystem;
namespace {

void add_matches(std::vector<fs::path>& programs, const std::string& pattern) {
    glob_t found{};
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
        programs.insert(programs.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
}

bool is_script_with(const fs::path& file, const std::string& word) {
    constexpr std::size_t longest_script = 256 * 1024;
    const auto text = read_file(file, longest_script);
    return text && text->starts_with("#!") && text->find(word) != std::string::npos;
}

} // namespace

std::vector<fs::path> programs_of(std::string_view value) {
    std::vector<fs::path> programs;
    for (const std::string_view word : split(value, ','))
        if (const std::string pattern(trimmed(word)); pattern.starts_with('/'))
            add_matches(programs, pattern);
    return programs;
}

bool runs(std::string_view value, const fs::path& program) {
    return std::ranges::any_of(programs_of(value), [&](const fs::path& candidate) {
        std::error_code error;
        return candidate == program || fs::equivalent(candidate, program, error) ||
               is_script_with(candidate, program.filename());
    });
}

} // namespace fairlead::doctor
