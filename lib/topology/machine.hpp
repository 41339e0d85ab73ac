/// A machine as a planner sees it: cores, NUMA nodes and the devices near them, as plain values.
#pragma once

#include "topology/cpuset.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fairlead::topology {

struct Core {
    std::vector<int> pus; ///< hardware threads in hwloc's order; the first is the core's own
    int numa;             ///< index into Machine::numa_nodes
    int cache = -1; ///< number of its last-level cache, counted from 0; -1 where none is shown
};

struct NumaNode {
    int os_index;
    int package;
    CpuSet cpus;
};

/// An EFA interface or a GPU. `near` is empty where the machine does not say.
struct Device {
    std::string name;   ///< libibverbs name of an EFA, PCI address of a GPU
    std::string pci;    ///< "0000:10:00.0"
    CpuSet near;        ///< CPUs of the hwloc object it hangs on
    int bridge = -1;    ///< number of its PCI host bridge; -1 where none is shown
    std::string uuid{}; ///< of an NVIDIA GPU, "GPU-..."; empty where its driver does not say
    int minor = -1;     ///< of an NVIDIA GPU, as in /dev/nvidia0; -1 likewise
};

/// What slurm.conf says a node has.
struct SlurmNode {
    int sockets;
    int cores_per_socket;
    int threads_per_core;
};

struct Machine {
    std::string name;                 ///< instance type or host name, as recorded
    std::vector<Core> cores;          ///< in hwloc's logical order
    std::vector<NumaNode> numa_nodes; ///< those with CPUs, in logical order
    std::vector<Device> efas;         ///< by PCI address
    std::vector<Device> gpus;         ///< by PCI address
    CpuSet cpus;                      ///< those of the cores, each in one
    std::string libfabric{};          ///< version on the machine, "2.1.0"; empty where unknown
    std::optional<SlurmNode> slurm{}; ///< empty where slurmctld was not asked
};

/// Empty where a CPU is in two cores.
std::optional<CpuSet> cpus_of(const std::vector<Core>& cores);

} // namespace fairlead::topology
