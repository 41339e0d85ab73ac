/// A network report for people: one screen, however many nodes.
#pragma once

#include "fabric/network_report.hpp"

#include <string>
#include <vector>

namespace fairlead::fabric {

/// "1.5 GiB"; below 1 KiB "512 B".
std::string bytes_text(std::uint64_t bytes);

/// Lines without line ends: the verdict and what to do, totals, the nodes that stand out, errors
/// with their likely cause.
std::vector<std::string> network_lines(const NetworkReport& report);

} // namespace fairlead::fabric
