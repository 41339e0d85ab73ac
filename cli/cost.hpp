/// The subcommands of `fairlead cost` that have a file of their own.
#pragma once

#include "cli/commands.hpp"

namespace fairlead::cli {

void add_cost_estimate(CLI::App& cost, Session& session);
void add_cost_groups(CLI::App& cost, Session& session);
void add_cost_price(CLI::App& cost, Session& session);

} // namespace fairlead::cli
