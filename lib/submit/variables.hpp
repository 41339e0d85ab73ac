/// The environment variables that Slurm's commands take for options.
#pragma once

#include "submit/command_line.hpp"

namespace fairlead::submit {

/// What the environment ("NAME=value") gives, in the order in which the command looks.
std::vector<Given> read_variables(std::span<const std::string> environment, Command command,
                                  std::uint32_t release);

/// The value of a variable, if there is one.
std::optional<std::string_view> variable(std::span<const std::string> environment,
                                         std::string_view name);

} // namespace fairlead::submit
