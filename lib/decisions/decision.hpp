/// What was decided about a job, by whom and why, from what is kept of it. Functions of values.
#pragma once

#include "base/error.hpp"
#include "config/config.hpp"
#include "placement/snapshot.hpp"
#include "setup/slurm_nodes.hpp"
#include "state/admitted.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::decisions {

struct Decision {
    std::string by;             ///< "admission", "budget", "nodes", "placement", "rules"
    std::string what;           ///< a sentence
    std::optional<Code> code{}; ///< why, where it is one of ours
    std::string next{};         ///< what to do, or where to look; empty for nothing
    std::string rule{};         ///< the name of the rule that it is of, where it is of one
};

using Decisions = std::vector<Decision>;

/// With what its code says to do.
Decision from_error(std::string_view by, const Error& error);

/// The parts of an admin_comment that Fairlead wrote, in their order: record, budget, attempts at a
/// placement, staging. Those of others are left out.
Decisions in_comment(std::string_view admin_comment);

/// What the partition demands, in which mode, and whether nodes take the controller's word.
Decision by_partition(const config::Config& config, std::string_view partition);

/// Whether the nodes lie as the job or its partition demands, by what is known of them now; nothing
/// where neither demands a place.
std::optional<Decision> by_place(std::span<const std::string> nodes,
                                 const placement::Snapshot& places, const config::Config& config,
                                 std::string_view partition,
                                 const std::optional<state::Admitted>& admitted);

/// Those of the job's nodes that Fairlead took out of service since.
Decisions by_nodes(std::span<const std::string> nodes, const std::vector<setup::SlurmNode>& known);

/// The code at the end of "... [FL-E201]" or the begin of "FL-S110: ..."; nothing in other texts.
std::optional<Code> code_in(std::string_view text);

} // namespace fairlead::decisions
