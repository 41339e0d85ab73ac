#include "pin/launchers.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <map>

namespace fairlead::pin {
namespace {

using topology::Core;
using topology::CpuSet;
using topology::Machine;

std::unexpected<Error> not_bound(std::string_view format) {
    return fail(Code::P208,
                "by:none binds no rank, so there is nothing to write as {}; choose "
                "another policy",
                format);
}

/// Hexadecimal digits, CPU 0 at the right.
std::string mask_of(const CpuSet& cpus) {
    std::string mask;
    for (int nibble = cpus.last() / 4; nibble >= 0; --nibble) {
        unsigned digit = 0;
        for (int bit = 0; bit < 4; ++bit)
            digit |= static_cast<unsigned>(cpus.contains(4 * nibble + bit)) << bit;
        mask += fmt::format("{:x}", digit);
    }
    return mask;
}

std::vector<std::string> masks_of(const Plan& plan, std::string_view prefix) {
    std::vector<std::string> masks;
    for (const RankPlan& rank : plan.ranks)
        masks.push_back(fmt::format("{}{}", prefix, mask_of(rank.cpus)));
    return masks;
}

/// Cores of each package, numbered inside it.
using PackageCores = std::map<int, CpuSet>;

PackageCores cores_of(const Machine& machine, const CpuSet& cpus) {
    std::map<int, int> seen;
    PackageCores cores;
    for (const Core& core : machine.cores) {
        const int package = machine.numa_nodes[static_cast<std::size_t>(core.numa)].package;
        const int number = seen[package]++;
        if (std::ranges::any_of(core.pus, [&](int pu) { return cpus.contains(pu); }))
            cores[package].add(number);
    }
    return cores;
}

/// A rankfile knows cores: a rank must have all of a core's threads, or be alone on it.
bool splits_cores(const Machine& machine, const Plan& plan) {
    return std::ranges::any_of(machine.cores, [&](const Core& core) {
        return std::ranges::count_if(plan.ranks, [&](const RankPlan& rank) {
                   return std::ranges::any_of(core.pus,
                                              [&](int pu) { return rank.cpus.contains(pu); });
               }) > 1;
    });
}

} // namespace

Result<std::string> rankfile(const Machine& machine, const Plan& plan) {
    if (!plan.binds())
        return not_bound("a rankfile");
    if (splits_cores(machine, plan))
        return fail(Code::P208,
                    "a rankfile cannot give several ranks hardware threads of one core; "
                    "plan with at most {} ranks",
                    machine.cores.size());
    std::string file;
    for (const RankPlan& rank : plan.ranks) {
        std::vector<std::string> slots;
        for (const auto& [package, cores] : cores_of(machine, rank.cpus))
            slots.push_back(fmt::format("{}:{}", package, cores.list()));
        file += fmt::format("rank {}=+n0 slot={}\n", rank.rank, fmt::join(slots, ","));
    }
    return file;
}

Result<std::string> intel_mpi(const Machine&, const Plan& plan) {
    if (!plan.binds())
        return not_bound("I_MPI_PIN_DOMAIN");
    return fmt::format("export I_MPI_PIN=on\nexport I_MPI_PIN_DOMAIN=[{}]\n",
                       fmt::join(masks_of(plan, ""), ","));
}

Result<std::string> slurm_cpu_bind(const Machine&, const Plan& plan) {
    if (!plan.binds())
        return not_bound("--cpu-bind");
    return fmt::format("--cpu-bind=mask_cpu:{}\n", fmt::join(masks_of(plan, "0x"), ","));
}

} // namespace fairlead::pin
