/// What the ranks of a plan could be placed on, found in another way than the planner's.
#pragma once

#include "pin/plan.hpp"
#include "pin/slots.hpp"

#include <map>

namespace fairlead::test {

/// The step's CPUs without reserved cores, and of each core no more threads than were asked for.
struct Room {
    topology::CpuSet usable;
    std::map<int, int> slots; ///< PUs of each NUMA node (by index) that may be used

    int total() const {
        int sum = 0;
        for (const auto& [numa, count] : slots)
            sum += count;
        return sum;
    }
};

inline topology::CpuSet usable_of(const topology::Machine& machine, const pin::PlanInput& input) {
    topology::CpuSet usable = input.step_cpus & machine.cpus;
    usable.remove(pin::reserved_cores(machine, usable, input.request.reserve));
    return usable;
}

inline int slots_of(const topology::Core& core, const topology::CpuSet& usable, int threads) {
    int taken = 0;
    for (const int pu : core.pus)
        taken += usable.contains(pu);
    return std::min(taken, threads);
}

inline Room room_of(const topology::Machine& machine, const pin::PlanInput& input, int threads) {
    Room room{usable_of(machine, input), {}};
    for (const auto& core : machine.cores)
        if (const int slots = slots_of(core, room.usable, threads); slots > 0)
            room.slots[core.numa] += slots;
    return room;
}

inline int threads_said(const pin::PlanInput& input) {
    return input.request.smt > 0 ? input.request.smt : input.threads_per_core;
}

/// All PUs that could be used where nobody limits threads.
inline Room widest_room(const topology::Machine& machine, const pin::PlanInput& input) {
    const int said = threads_said(input);
    return room_of(machine, input, said > 0 ? said : pin::all_threads);
}

/// The threads of a core that the plan uses: one where cores suffice.
inline int threads_used(const topology::Machine& machine, const pin::PlanInput& input) {
    const int said = threads_said(input);
    if (said > 0)
        return said;
    const int need = static_cast<int>(input.ranks.size()) * std::max(1, input.cpus_per_task);
    return room_of(machine, input, 1).total() >= need ? 1 : pin::all_threads;
}

} // namespace fairlead::test
