/// The nodes and partitions of Slurm as scontrol prints them, for what looks at a whole cluster.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::setup {

struct SlurmNode {
    std::string name;
    std::string version{}; ///< of its slurmd: "22.05.8"; empty for one that never answered
    std::string state{};   ///< "IDLE+DRAIN"
    std::vector<std::string> features{};
    std::vector<std::string> partitions{};
    std::int64_t cpus = 0; ///< that jobs can have; 0 where Slurm does not say, as the two below
    std::int64_t memory_mb = 0; ///< alike
    std::int64_t gpus = 0;
    std::string reason{}; ///< why somebody took it out of service, or once did

    bool is(std::string_view flag) const; ///< whether a word of its state is that
};

/// From `scontrol --all --oneliner show node`; lines that are no node are left out.
std::vector<SlurmNode> parse_nodes(std::string_view text);

struct SlurmPartition {
    std::string name;
    bool is_default = false;
    std::vector<std::string> nodes{};
};

/// From `scontrol --all --oneliner show partition`; the same.
std::vector<SlurmPartition> parse_partitions(std::string_view text);

} // namespace fairlead::setup
