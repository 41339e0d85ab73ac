/// The planner of --efa-pin: a machine, a request and a step in, the place of each rank out.
///
/// The plan is the one that the SPANK plugin makes and `fairlead pin plan` prints. Planning is a
/// pure function: it binds nothing and reads no file. Different threads may use the same Machine.
#pragma once

#include <fairlead/error.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::api {

/// An EFA interface or a GPU.
struct Device {
    std::string name; ///< libibverbs name of an EFA interface, PCI address of a GPU
    std::string pci;  ///< "0000:10:00.0"
};

class Machine;
struct Step;
struct Plan;
/// FL-P101 and FL-P103 as check_pin; FL-P201 where no CPU is in both the machine and the step;
/// FL-P205 where a strict request cannot be kept; FL-P206 where the node lacks what it names;
/// FL-X301 where a number of the step is out of bounds. Equal inputs give equal plans.
FAIRLEAD_API Result<Plan> plan(const Machine& machine, const Step& step);

/// A machine as the planner sees it. Immutable; a copy shares what it holds.
class FAIRLEAD_API Machine {
  public:
    /// From hwloc XML, of any machine (`lstopo --of xml`). FL-P204 where the file is none.
    static Result<Machine> from_xml(const std::filesystem::path& path);

    /// This machine, all its CPUs, whatever this process may use. Asks the kernel: some 10 ms.
    /// hwloc loads its plugins into this process. FL-P204.
    static Result<Machine> here();

    std::string name() const;         ///< instance type or host name, as recorded
    std::vector<int> cpus() const;    ///< logical CPUs by the system's numbers, ascending
    std::vector<Device> efas() const; ///< by PCI address
    std::vector<Device> gpus() const; ///< by PCI address

  private:
    friend Result<Plan> plan(const Machine& machine, const Step& step);
    struct Parts;
    explicit Machine(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
    std::shared_ptr<const Parts> parts_;
};

/// What the ranks of one node ask for.
struct Step {
    int ranks = 1;            ///< on this node: 1 to 65536
    std::string pin{};        ///< the value of --efa-pin; empty is the bare option
    std::vector<int> cpus{};  ///< what the step was given; empty for all of the machine
    std::vector<int> gpus{};  ///< the step's, as indices into Machine::gpus()
    int cpus_per_task = 0;    ///< 0: ranks share what there is
    int threads_per_core = 0; ///< hardware threads of a core to use; 0: not said
};

struct Rank {
    std::vector<int> cpus;         ///< ascending; empty where the plan does not bind (`by:none`)
    std::vector<int> numa;         ///< NUMA nodes by the system's numbers
    std::vector<int> gpus;         ///< indices into Machine::gpus()
    std::vector<std::string> efas; ///< names of the interfaces, by PCI address
};

struct Plan {
    std::string policy;      ///< the one that was used: gpu, nic, numa, l3, compact, spread, none
    std::vector<Rank> ranks; ///< by local id, Step::ranks of them
    int idle_cores;          ///< cores of the step without a rank
    int crossings;           ///< ranks that span NUMA nodes
    int overlaps;            ///< ranks that share a CPU with another
    std::vector<std::string> warnings;
};

/// Whether --efa-pin would take this value. FL-P101 names the bad word and the nearest valid one;
/// FL-P103 for a value that is too long.
FAIRLEAD_API Result<void> check_pin(std::string_view value);

} // namespace fairlead::api
