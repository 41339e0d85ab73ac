#include "pin/nics.hpp"

#include <tuple>

namespace fairlead::pin {
namespace {

bool same_package(const topology::Machine& machine, const topology::CpuSet& a,
                  const topology::CpuSet& b) {
    for (const auto& left : machine.numa_nodes)
        for (const auto& right : machine.numa_nodes)
            if (left.package == right.package && left.cpus.intersects(a) &&
                right.cpus.intersects(b))
                return true;
    return false;
}

} // namespace

int distance(const topology::Machine& machine, const topology::CpuSet& cpus,
             const topology::Device& nic) {
    if (nic.near.empty())
        return 1;
    if (nic.near.intersects(cpus))
        return 0;
    return same_package(machine, cpus, nic.near) ? 1 : 2;
}

std::vector<int> NicDealer::next(const topology::CpuSet& cpus) {
    int best = -1;
    std::tuple<int, int> best_cost;
    for (int i = 0; i < static_cast<int>(loads_.size()); ++i) {
        const auto index = static_cast<std::size_t>(i);
        const std::tuple<int, int> cost{distance(machine_, cpus, machine_.efas[index]),
                                        loads_[index]};
        if (best < 0 || cost < best_cost) {
            best = i;
            best_cost = cost;
        }
    }
    if (best < 0)
        return {};
    ++loads_[static_cast<std::size_t>(best)];
    return {best};
}

} // namespace fairlead::pin
