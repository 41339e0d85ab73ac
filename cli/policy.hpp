/// The subcommands of `fairlead policy` that have a file of their own.
#pragma once

#include "cli/commands.hpp"

namespace fairlead::cli {

void add_policy_check(CLI::App& policy, Session& session);
void add_policy_explain(CLI::App& policy, Session& session);
void add_policy_test(CLI::App& policy, Session& session);

} // namespace fairlead::cli
