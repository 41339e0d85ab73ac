/// What a node is: written by `fairlead node scan`, once under /run and once under `state_dir`,
/// where it outlives the node.
#pragma once

#include "aws/instance_facts.hpp"
#include "base/error.hpp"
#include "fabric/instance.hpp"
#include "fabric/inventory.hpp"
#include "fabric/probe.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fairlead::state {

struct NodeRecord {
    std::string node{};
    std::string boot_id{};
    fabric::Instance instance{};
    aws::InstanceFacts facts{}; ///< from IMDS
    std::vector<fabric::EfaDevice> efa{};
    std::optional<fabric::ProbeAnswer> probe{}; ///< what libfabric said
    /// PCI addresses of the EFA interfaces that hwloc shows, in order; empty where it was not
    /// asked.
    std::optional<std::vector<std::string>> hwloc{};
    std::string scanned{}; ///< UTC
};

std::string encode(const NodeRecord& record);

/// FL-X202, FL-X203.
Result<NodeRecord> decode_node_record(std::string_view text, std::string_view source);

/// The record of this boot below `run`, where only root could have written it. FL-X101 where there
/// is none, FL-X110 where others could have, FL-X202 and FL-X203 where it cannot be read or is of
/// another boot.
Result<NodeRecord> read_node_record(const std::filesystem::path& run);

/// Writes `run`/node.json. FL-X201; FL-X203 where the name is no host name.
Result<void> write_node_record(const std::filesystem::path& run, const NodeRecord& record);

/// Writes `state_dir`/nodes/<node>.json. The same, and FL-X201 where `state_dir` does not exist: a
/// folder made on an unmounted share would hide the record from everybody else.
Result<void> keep_node_record(const std::filesystem::path& state_dir, const NodeRecord& record);

} // namespace fairlead::state
