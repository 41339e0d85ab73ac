/// What a site may demand of a node's kernel and of its slurmd. Each check reads below `root`.
#pragma once

#include "config/node_checks.hpp"
#include "fabric/finding.hpp"

#include <filesystem>
#include <optional>

namespace fairlead::fabric {

/// /sys/module/efa/version against the least one (FL-E207). The driver of the mainline kernel has
/// no version; that is unknown.
Finding check_driver(const std::filesystem::path& root, const std::string& least);

/// kernel.yama.ptrace_scope is 0, or there is no Yama (FL-E208): libfabric's shared memory copies
/// with process_vm_readv.
Finding check_ptrace_scope(const std::filesystem::path& root, bool demanded);

/// The soft limit on locked memory of process `pid`, which jobs inherit (FL-E209). Without a
/// process it is unknown.
Finding check_memlock(const std::filesystem::path& root, std::optional<int> pid,
                      std::uint64_t least);

/// vm.nr_hugepages (FL-E216).
Finding check_huge_pages(const std::filesystem::path& root, int least);

/// The network interfaces that the ena driver drives (FL-E217). EFA devices have none: their
/// largest message is 8760 bytes whatever this says.
Finding check_mtu(const std::filesystem::path& root, int least);

/// The slurmd that started process `pid`, through however many parents.
std::optional<int> slurmd_above(const std::filesystem::path& root, int pid);

/// Some slurmd of the machine, for a command that a person runs.
std::optional<int> slurmd_anywhere(const std::filesystem::path& root);

/// Seconds since boot, from /proc/uptime.
std::optional<double> uptime(const std::filesystem::path& root);

} // namespace fairlead::fabric
