/// What the commands of `fairlead topology` share.
#pragma once

#include "cli/commands.hpp"

namespace fairlead::cli {

void add_topology_refresh(CLI::App& topology, Session& session);

} // namespace fairlead::cli
