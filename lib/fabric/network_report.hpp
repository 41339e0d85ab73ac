/// What a job moved over EFA: the parts that its nodes wrote, merged, and what they mean.
#pragma once

#include "base/job_id.hpp"
#include "fabric/counters.hpp"
#include "fabric/network_path.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fairlead::fabric {

/// Where an instance lay in EC2's network. What is empty is not known.
struct NodePlace {
    std::string availability_zone{}, zone_id{};
    std::optional<std::string> group{}; ///< its placement group; "" where it was in none
    std::string strategy{};             ///< of that group: "cluster", "spread", "partition"
    std::optional<int> partition{};     ///< of that group; 0 where it has no partitions
    std::optional<Path> path{};         ///< without network nodes where EC2 tells of none
};

/// What one node counted in the time of one run of a job.
struct NetworkPart {
    JobId job{};
    std::uint32_t uid = 0;
    int restart = 0; ///< 0 for the first run of the job, one more each time it was requeued
    std::string cluster, partition;
    std::string node;
    std::string node_list; ///< all nodes of the job, in Slurm's short form; empty where not known
    int nodes = 0;         ///< how many; 0 where not known
    std::string instance_type; ///< empty where not known
    NodePlace place;
    bool shared = false; ///< another job was on the node at some time, and counters are of a device
    std::int64_t start = 0, end = 0; ///< seconds since 1970
    std::vector<DeviceDelta> devices;
};

enum class NetworkVerdict {
    EfaUsed,
    EfaUnused, ///< several nodes, and none moved a byte: MPI fell back to TCP
    SingleNode,
    Unknown,
};

std::string_view to_string(NetworkVerdict verdict);

/// A counter of errors that is not 0, on which nodes, and what it usually means.
struct NetworkError {
    std::string counter;
    std::uint64_t count = 0;
    std::vector<std::string> nodes;
    std::string_view cause, action;
};

/// How far apart the nodes of a job lay.
struct Spread {
    std::vector<std::string> groups; ///< placement groups that are known, "" for none
    std::vector<std::string> zones;  ///< that are known
    std::vector<int> network_nodes;  ///< above the nodes that are known, each layer, top first
    std::vector<std::string> unknown_nodes; ///< without a path, or without a part
    /// As --max-layer counts: 1 where one leaf is above all nodes, 0 where nothing is. Empty where
    /// a node is not known.
    std::optional<int> max_layer;
};

struct NetworkReport {
    std::vector<NetworkPart> parts;         ///< of one run, one a node, in the order of their names
    int earlier_runs = 0;                   ///< before this one, of the same job
    int nodes = 0;                          ///< that the job had; 0 where not known
    std::vector<std::string> missing_nodes; ///< that wrote no part; empty where not known which
    std::int64_t start = 0, end = 0;
    bool shared = false;
    Counters totals; ///< sums over all devices that count throughout
    std::vector<NetworkError> errors;
    std::vector<std::string> idle_nodes; ///< moved nothing over EFA
    Spread spread;
    NetworkVerdict verdict = NetworkVerdict::Unknown;
    std::vector<std::string> reasons; ///< why it is no better known, for people
};

/// The sum of one counter over the devices of a node.
std::uint64_t sum_of(const NetworkPart& part, std::string_view counter);

/// Whether any byte went through an EFA device of the node.
bool moved_bytes(const NetworkPart& part);

/// The report of one run: the latest, or number `restart`. Parts of the same number that lie at
/// another time are another job's, from before Slurm began to count its jobs anew. Nothing where
/// there is no such run.
std::optional<NetworkReport> merge(std::vector<NetworkPart> parts, std::optional<int> restart);

} // namespace fairlead::fabric
