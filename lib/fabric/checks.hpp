/// Everything that is checked of a node, cheapest first: what the prolog acts on and what `fairlead
/// node check` shows.
#pragma once

#include "fabric/finding.hpp"
#include "fabric/metadata.hpp"
#include "fabric/probe.hpp"
#include "fabric/verdict.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace fairlead::fabric {

/// What is known of a node when it is checked.
struct Node {
    std::filesystem::path root; ///< holds sys, proc and dev: "/" or a test's folder
    Instance instance;
    std::vector<EfaDevice> devices;
    aws::InstanceFacts facts{};            ///< empty where EC2 did not say
    std::optional<ProbeAnswer> probe{};    ///< empty where libfabric was not asked
    std::optional<std::string> ec2_zone{}; ///< as its API says; empty where it was not asked
    std::optional<std::vector<std::string>> hwloc{}; ///< PCI addresses of the EFA that it shows
    std::optional<Finding> memlock{};                ///< of slurmd, read from the real /proc
};

struct Checked {
    Verdict verdict;               ///< of the EFA interfaces alone
    std::vector<Finding> findings; ///< in order
};

/// `interfaces` as for judge_interfaces().
Checked check_node(const Node& node, const catalog::Catalog& catalog,
                   const config::PartitionRules& rules, int interfaces,
                   const config::NodeChecks& site);

} // namespace fairlead::fabric
