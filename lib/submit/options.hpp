/// The options of sbatch, srun and salloc: one table for Slurm 22.05 to 26.05 (from the manual
/// pages, and from what getopt_long of each release proposes), with Fairlead's own.
#pragma once

#include "base/error.hpp"
#include "submit/draft.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace fairlead::submit {

enum class Takes { Nothing, Value, ValueOrNothing };

/// FL-A221 with what was found and what was expected, FL-P102 of Fairlead's options.
using Take = Result<void> (*)(std::string_view value, Draft& draft);

struct Option {
    std::string_view name;
    char letter; ///< 0 without a short form
    Takes takes;
    unsigned commands;       ///< bits of Command
    Take take;               ///< null where it tells nothing that rules read
    std::uint32_t since = 0; ///< the first release, as 0x1808 for 24.08, where it came after 22.05
};

std::string_view name_of(Command command);

/// "sbatch", also with a folder before it.
std::optional<Command> command_named(std::string_view program);

constexpr unsigned bit_of(Command command) { return 1U << static_cast<unsigned>(command); }

std::span<const Option> all_options();

/// Another name for an option: "tasks-per-node".
struct Alias {
    std::string_view name, option;
};
std::span<const Alias> all_aliases();

const Option* find_option(std::string_view name, Command command);
const Option* find_option(char letter, Command command);

} // namespace fairlead::submit
