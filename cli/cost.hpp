/// The subcommands of `fairlead cost` that have a file of their own.
#pragma once

#include "cli/commands.hpp"

namespace fairlead::cli {

void add_cost_adjust(CLI::App& cost, Session& session);
void add_cost_alert(CLI::App& cost, Session& session);
void add_cost_billing_weights(CLI::App& cost, Session& session);
void add_cost_close(CLI::App& cost, Session& session);
void add_cost_deliver(CLI::App& cost, Session& session);
void add_cost_estimate(CLI::App& cost, Session& session);
void add_cost_groups(CLI::App& cost, Session& session);
void add_cost_nodes(CLI::App& cost, Session& session);
void add_cost_pool(CLI::App& cost, Session& session);
void add_cost_price(CLI::App& cost, Session& session);
void add_cost_reconcile(CLI::App& cost, Session& session);
void add_cost_report(CLI::App& cost, Session& session);

} // namespace fairlead::cli
