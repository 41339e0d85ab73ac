/// Which rank gets which EFA interfaces.
#pragma once

#include "base/error.hpp"
#include "pin/distance.hpp"
#include "pin/request.hpp"
#include "pin/transport.hpp"

#include <vector>

namespace fairlead::pin {

/// What the choice of interfaces depends on.
struct RankSite {
    std::vector<int> numa; ///< indices into Machine::numa_nodes
    std::vector<int> gpus; ///< indices into Machine::gpus
};

/// The interfaces of each rank by `nic:map`. FL-P206 where one is not on the machine.
Result<std::vector<std::vector<int>>> mapped_nics(const topology::Machine& machine,
                                                  std::size_t ranks, const NicSelection& selection);

struct NicRules {
    NicSelection selection{};
    int per_rank = 0; ///< 0: one, or the whole group of a rank's GPUs
    int limit = 0;    ///< ranks that an interface carries
};

/// Whether a rank with GPUs gets their interfaces: the user chose neither interfaces nor a number.
bool follow_gpus(const Request& request);

/// Whether a libfabric of that version ("2.1.0"; empty where it is not known) keeps to the
/// interfaces of FI_EFA_IFACE: 2.0 and later do.
bool reads_interface_list(const std::string& libfabric);

/// How many of `candidates` interfaces a rank gets that goes by no GPU and no map.
std::size_t nics_each(const Request& request, std::size_t candidates);

/// Interfaces by PCI address that no NUMA node can tell apart.
std::vector<std::vector<int>> nic_groups(const Distances& distances,
                                         const std::vector<int>& candidates);

/// Interfaces 0 to `count`-1.
std::vector<int> all_nics(std::size_t count);

/// The interfaces that a selection chooses from: the named ones, none, or all. FL-P206 where a
/// named one is not on the machine. A map is no choice.
Result<std::vector<int>> candidate_nics(const topology::Machine& machine,
                                        const NicSelection& selection);

/// The interfaces that belong to a GPU: those on its PCI host bridge; else its share, by PCI
/// address, of those as near to the CPUs as it is, where they divide evenly over the GPUs there;
/// else all of those; else all. aws-ofi-nccl groups them likewise.
std::vector<int> nics_of_gpu(const topology::Machine& machine, int gpu);

/// Indices into Machine::efas for each rank, ascending, never one twice. Closest: no interface
/// beyond its limit where another has room, then least distance in sum, then even loads. Balance:
/// even loads before distance. FL-P206 where a named interface is not on the machine.
Result<std::vector<std::vector<int>>> choose_nics(const topology::Machine& machine,
                                                  const Distances& distances,
                                                  const std::vector<RankSite>& ranks,
                                                  const NicRules& rules);

} // namespace fairlead::pin
