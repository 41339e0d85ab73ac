/// The sizes of a job that are put together from several of its fields, and what an update tells of
/// them.
#pragma once

#include "policy/fields.hpp"

namespace fairlead::policy {

inline constexpr std::string_view gpu = "gres/gpu";

/// Of as many nodes as the job may have; nothing where it asks for none.
std::optional<std::uint64_t> count_of(const JobRequest& request, std::string_view name,
                                      std::string_view type);

/// Of as few nodes as it may have.
std::optional<std::uint64_t> least_count_of(const JobRequest& request, std::string_view name);

/// The upper end of -N, its lower end or the nodes that the job names, whichever is most.
std::optional<std::uint64_t> nodes_of(const View& view);

/// The CPUs through the GPUs, with as many nodes as the job may have or with as few, whichever is
/// more: between them it is never more.
std::optional<std::uint64_t> cpus_for_each_gpu(const JobRequest& request);

/// MiB on one node at most, or `unlimited`.
std::optional<std::uint64_t> memory_of_node(const View& view);

/// Whether an update names all that a size is of, so that nothing of it is as it was before;
/// nothing where the field is no such size. What stays behind was seen on 22.05: NumCPUs,
/// MinCPUsNode and the TresPer lists stay beside what else is updated, and a single NumNodes leaves
/// the upper end (from 24.11 on scontrol sets both); so do --ntasks-per-node, which scontrol
/// changes for operators alone, and --ntasks-per-gpu, which it does not know.
std::optional<bool> knows_size(const View& view, const FieldEntry& field);

/// Whether an update names a part of a size; nothing where the field is none.
std::optional<bool> asks_size(const View& view, const FieldEntry& field);

/// What a size is at least that an update names in part.
std::optional<std::uint64_t> at_least(const View& view, const FieldEntry& field);

} // namespace fairlead::policy
