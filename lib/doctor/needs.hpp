/// What a site's configuration asks of Slurm's: which parts have to be in force for what it
/// enforces.
#pragma once

#include "config/config.hpp"

#include <optional>

namespace fairlead::doctor {

struct Needs {
    bool checks = false; ///< a partition enforces EFA or a place, so that nodes have to be checked
    bool placement = false;       ///< a partition demands a place in EC2's network
    bool one_leaf = false;        ///< max_layer: 1, for which Slurm's --switches waits
    bool admission = false;       ///< what only job_submit can do
    std::optional<int> staging{}; ///< its deadline in seconds, where the site stages
    int prolog_deadline = 20;     ///< seconds
    int switch_wait = 86400;      ///< seconds
};

/// What the modes of partitions need. `judged`: rules or budgets are enforced; `stages`: buckets or
/// profiles are configured.
Needs needs_of(const config::Config& config, bool judged, bool stages);

} // namespace fairlead::doctor
