/// Whether Slurm's configuration still needs a part of Fairlead whose package is about to go.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::doctor {

/// Parts as packages have them.
inline constexpr std::string_view spank_part = "spank", prolog_part = "prolog",
                                  jobsubmit_part = "jobsubmit", placement_part = "placement";

/// A sentence for each line of slurm.conf, of what it includes, of the programs that its patterns
/// stand for, or of plugstack.conf that needs the part; our own file in the plugstack.conf.d beside
/// slurm.conf, which goes with the package, is none. Nothing where there is no slurm.conf. FL-X103,
/// FL-X106 as setup::read_slurm_conf().
Result<std::vector<std::string>> uses_of(std::string_view part,
                                         const std::filesystem::path& slurm_conf);

} // namespace fairlead::doctor
