/// Generic resources of a job, from the lists that Slurm's commands send.
#pragma once

#include "policy/job_request.hpp"
#include "submit/draft.hpp"

#include <vector>

namespace fairlead::submit {

/// How often a count for one node, socket or task is needed.
struct Scale {
    std::uint64_t nodes = 1, sockets = 1, tasks = 1;
    std::uint64_t least_nodes = 1, tasks_on_node = 0; ///< 0: all of them may be on one
    std::uint64_t least_tasks = 0;                    ///< 0: as many as `tasks`
};

/// The factors of a job. Where no nodes are asked for, each task may be on a node of its own, or as
/// many as --ntasks-per-node lets there.
Scale scale_of(const policy::JobRequest& job);

/// "gpu:a100:2", "gres/gpu:2", "gres:gpu", "gpu=1", "license/matlab": each as the whole job needs
/// it. Of one name and type the list that asks for most counts, as in Slurm.
std::vector<policy::Tres> generic_resources(const TresLists& lists, const Scale& scale);

/// Whether an update names all lists (an empty one counts) and what multiplies them, so that the
/// job has these resources and no others.
struct NamedLists {
    bool job = false, node = false, socket = false, task = false;
};
bool names_all(const NamedLists& named, const TresLists& lists, const policy::JobRequest& job);

/// The same of an update, whose job may have more nodes, sockets or tasks than one: a list whose
/// factor it does not name makes its resources unknown. Licenses have no factor.
std::vector<policy::Tres> generic_resources_in_update(const TresLists& lists,
                                                      const policy::JobRequest& job);

/// What a list asks for with each GPU: 96 of "gres:gpu:96". Of several the largest, and what cannot
/// be read is the largest of all; nothing where no GPU is named.
std::optional<std::uint64_t> for_each_gpu(std::string_view list);

/// One entry of a list; nothing where it asks for none, or is another resource ("cpu=4"). A count
/// that cannot be read is the largest, so that a rule refuses it as slurmctld would.
std::optional<policy::Tres> read_generic(std::string_view entry);

} // namespace fairlead::submit
