/// The #SBATCH lines of a batch script.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fairlead::submit {

struct Directive {
    int line;
    std::vector<std::string> words;
};

/// Those of each part of a heterogeneous job, which "#SBATCH hetjob" parts; one part otherwise.
/// Read up to the first line that is neither empty nor begins with '#'; a blank before "#SBATCH"
/// makes it a comment; quotes join, and '#' outside them ends the line (seen on 22.05 and 24.11).
/// FL-A221 for a script without "#!" or with DOS line ends.
Result<std::vector<std::vector<Directive>>> read_directives(std::string_view script);

/// The words of a line in quotes or out of them.
std::vector<std::string> words_of(std::string_view line);

} // namespace fairlead::submit
