/// The configuration that a site begins with: what Slurm has, with nothing enforced.
#pragma once

#include "catalog/catalog.hpp"
#include "setup/slurm_nodes.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fairlead::setup {

struct FoundPartition {
    std::string name;
    bool is_default = false;
    std::vector<std::string> nodes{};
    std::vector<std::string> types{}; ///< of its nodes, each once, as far as they are known
    std::size_t with_efa = 0;         ///< how many nodes have it, by feature or by type
};

/// `types`: the instance type of each node that left a record. Of others a feature that the catalog
/// knows as a type counts, which is how ParallelCluster names them.
std::vector<FoundPartition> found_partitions(const std::vector<SlurmNode>& nodes,
                                             const std::vector<SlurmPartition>& partitions,
                                             const std::map<std::string, std::string>& types,
                                             const catalog::Catalog& catalog);

struct Found {
    std::vector<FoundPartition> partitions{};
    std::optional<std::vector<std::string>> accounts{}; ///< nothing where slurmdbd did not say
    std::filesystem::path scontrol{};                   ///< which was asked
};

/// Names in the order of people, each once, without root: from lines "account|parent|user".
std::vector<std::string> accounts_in(std::string_view associations);

/// fairlead.yaml with comments, every mode observe.
std::string first_config(const Found& found);

} // namespace fairlead::setup
