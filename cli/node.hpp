/// What the commands of `fairlead node` share.
#pragma once

#include "cli/commands.hpp"
#include "config/config.hpp"
#include "state/node_record.hpp"

#include <string>

namespace fairlead::cli {

/// Slurm's name of this node where nobody says: SLURMD_NODENAME, else the host name.
std::string node_name();

/// What the metadata service says now; empty, with a line on standard error, where it is silent.
aws::InstanceFacts ask_imds(const config::Config& config);

/// Everything about this node, asked now: sysfs, the metadata service and libfabric, each with a
/// deadline. What does not answer stays unknown, with a line on standard error. FL-E204.
Result<state::NodeRecord> look_at_node(const config::Config& config, const std::string& node);

void add_node_check(CLI::App& node, Session& session);

} // namespace fairlead::cli
