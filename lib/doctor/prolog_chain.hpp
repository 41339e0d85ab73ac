/// Which programs Slurm runs for a value of Prolog or Epilog, and whether ours is among them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::doctor {

/// Several are separated by commas, and a pattern stands for all files that match it
/// (slurm.conf(5): Prolog), in the order in which they run.
std::vector<std::filesystem::path> programs_of(std::string_view value);

/// Whether a value of slurm.conf runs that program.
using Runs = std::function<bool(std::string_view value, const std::filesystem::path& program)>;

/// Whether one of them is the program, a link to it, or a script that names it. Scripts that run it
/// by way of others are not followed.
bool runs(std::string_view value, const std::filesystem::path& program);

} // namespace fairlead::doctor
