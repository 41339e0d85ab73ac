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

/// The factors of a job; `sockets` are those of a node.
Scale scale_of(const policy::JobRequest& job, std::optional<std::uint32_t> sockets);

/// "gpu:a100:2", "gres/gpu:2", "gres:gpu", "gpu=1", "license/matlab": each as the whole job needs
/// it. Of one name and type the list that asks for most counts, as in Slurm.
std::vector<policy::Tres> generic_resources(const TresLists& lists, const Scale& scale);

/// The same of an update, whose job may have more nodes, sockets or tasks than one: a list whose
/// factor it does not name makes its resources unknown. Licenses have no factor.
std::vector<policy::Tres> generic_resources_in_update(const TresLists& lists,
                                                      const policy::JobRequest& job,
                                                      std::optional<std::uint32_t> sockets);

/// One entry of a list; nothing where it asks for none, or is another resource ("cpu=4"). A count
/// that cannot be read is the largest, so that a rule refuses it as slurmctld would.
std::optional<policy::Tres> read_generic(std::string_view entry);

} // namespace fairlead::submit
