/// Names of nodes in Slurm's short form, as base/host_list reads it.
#pragma once

#include <string>
#include <vector>

namespace fairlead::placement {

/// "n[1-4,6],head": each name once, in the order of people (n2 before n10), neighbours as ranges.
std::string compress(const std::vector<std::string>& names);

} // namespace fairlead::placement
