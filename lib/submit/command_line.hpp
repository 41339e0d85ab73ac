/// Words of a command line as getopt_long takes them: short options joined or apart, values joined
/// or apart, long options by any beginning that is theirs alone, up to the first word that is none.
#pragma once

#include "submit/options.hpp"

#include <span>
#include <string>
#include <vector>

namespace fairlead::submit {

struct Given {
    const Option* option;
    std::string value{}; ///< empty also where none was given
};

struct OptionWords {
    std::vector<Given> options;
    std::size_t used = 0; ///< words that were options, their values, or "--"
};

/// FL-A221 for an option that the command does not have in this release of Slurm, with the nearest,
/// for one that could be several, and for a value too few or too many.
Result<OptionWords> read_options(std::span<const std::string> words, Command command,
                                 std::uint32_t release);

/// Puts them into the draft, in their order; `where` stands before the message of a bad value.
Result<void> apply(std::span<const Given> options, std::string_view where, Draft& draft);

} // namespace fairlead::submit
