#include "topology/machine.hpp"

namespace fairlead::topology {

std::optional<CpuSet> cpus_of(const std::vector<Core>& cores) {
    CpuSet cpus;
    for (const Core& core : cores)
        for (const int pu : core.pus) {
            if (cpus.contains(pu))
                return std::nullopt;
            cpus.add(pu);
        }
    return cpus;
}

} // namespace fairlead::topology
