/// Generic resources of a job, from the lists that Slurm's commands send.
#pragma once

#include "policy/job_request.hpp"
#include "submit/draft.hpp"

#include <vector>

namespace fairlead::submit {

/// How often a count for one node, socket or task is needed.
struct Scale {
    std::uint64_t nodes = 1, sockets = 1, tasks = 1;
};

/// "gpu:a100:2", "gres/gpu:2", "gres:gpu", "gpu=1": each as the whole job needs it. A list for the
/// whole job says it all; below it the others do not count for the same resource.
std::vector<policy::Tres> generic_resources(const TresLists& lists, const Scale& scale);

/// One entry of a list; nothing where it cannot be read, or is no generic resource ("cpu=4").
std::optional<policy::Tres> read_generic(std::string_view entry);

} // namespace fairlead::submit
