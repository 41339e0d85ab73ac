/// fairlead cost

#include "cli/cost.hpp"

namespace fairlead::cli {

void add_cost(CLI::App& app, Session& session) {
    CLI::App* cost = app.add_subcommand("cost", "what jobs cost");
    cost->require_subcommand(1);
    add_cost_adjust(*cost, session);
    add_cost_alert(*cost, session);
    add_cost_billing_weights(*cost, session);
    add_cost_close(*cost, session);
    add_cost_deliver(*cost, session);
    add_cost_estimate(*cost, session);
    add_cost_groups(*cost, session);
    add_cost_nodes(*cost, session);
    add_cost_pool(*cost, session);
    add_cost_price(*cost, session);
    add_cost_reconcile(*cost, session);
    add_cost_report(*cost, session);
}

} // namespace fairlead::cli
