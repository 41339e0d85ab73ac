/// What the options of one job say, before Slurm's commands fill in what follows from them.
#pragma once

#include "config/fabric_words.hpp"
#include "policy/job_request.hpp"

#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::submit {

enum class Command { Sbatch, Srun, Salloc };

/// Lists of generic resources as the options give them: "gpu:a100:2,craynetwork:1".
struct TresLists {
    std::string job{}, node{}, socket{}, task{};
};

struct Draft {
    policy::JobRequest job{.partition = {},
                           .features = {},
                           .fabric = config::FabricRequest{},
                           .least_nodes = {},
                           .most_nodes = {},
                           .tasks = {},
                           .tasks_per_node = {},
                           .switches = {},
                           .switch_wait = {}};
    config::FabricRequest fabric{};
    std::optional<std::string> chdir{}, node_file{}, gres{};
    std::optional<std::string> export_names{}; ///< --export
    std::optional<std::uint32_t> cpus_per_gpu{};
    std::optional<std::uint32_t> tasks_of_geometry{}; ///< of --extra-node-info
    TresLists tres{};    ///< of --gpus and its siblings, without --gres
    std::time_t now = 0; ///< what --begin=now+1hour counts from
};

} // namespace fairlead::submit
