#include "pin/plan.hpp"

#include "pin/findings.hpp"
#include "pin/nics.hpp"
#include "pin/places.hpp"
#include "topology/slurm_node.hpp"

namespace fairlead::pin {
namespace {

using topology::CpuSet;
using topology::Machine;

/// The CPUs to place ranks on, and the number of cores left out of them.
Result<CpuSet> usable_cpus(const Machine& machine, const PlanInput& input, Plan& plan) {
    if (plan.step_cpus.empty())
        return fail(Code::P201, "--efa-pin: the step's CPUs ({}) are none of this machine's ({})",
                    input.step_cpus.list(), machine.cpus.list());
    if (input.ranks.empty())
        return fail(Code::P201, "--efa-pin: the step has no ranks on this node");
    const int reserve = input.request.reserve;
    CpuSet usable = plan.step_cpus;
    usable.remove(reserved_cores(machine, plan.step_cpus, reserve));
    if (usable.empty())
        return fail(Code::P206,
                    "--efa-pin: reserve:{} leaves no core of the step's CPUs {}; reserve fewer",
                    reserve, plan.step_cpus.list());
    plan.reserved_cores = reserve;
    return usable;
}

Result<void> add_ranks(const Machine& machine, const PlanInput& input, const Layout& layout,
                       Plan& plan) {
    const Distances to_nics(machine, machine.efas), to_gpus(machine, machine.gpus);
    auto [seats, gpus] = find_places(machine, input, layout, to_nics, to_gpus);
    std::vector<RankSite> sites;
    sites.reserve(seats.size());
    for (std::size_t i = 0; i < seats.size(); ++i) {
        const GpuSpan of_rank = gpus.empty() ? GpuSpan{} : gpus[i];
        sites.push_back({std::move(seats[i].numa), {of_rank.begin(), of_rank.end()}});
    }
    auto nics = choose_nics(machine, to_nics, sites,
                            {input.request.nics, input.request.nics_per_rank, plan.ranks_per_nic});
    if (!nics)
        return std::unexpected(nics.error());
    plan.ranks_on_nic.assign(machine.efas.size(), 0);
    plan.ranks.reserve(seats.size());
    for (std::size_t i = 0; i < seats.size(); ++i) {
        for (const int nic : (*nics)[i])
            ++plan.ranks_on_nic[static_cast<std::size_t>(nic)];
        plan.ranks.emplace_back(input.ranks[i], std::move(seats[i].cpus), std::move(sites[i].numa),
                                std::move(sites[i].gpus), std::move((*nics)[i]));
    }
    return {};
}

} // namespace

Result<Plan> plan(const Machine& machine, const PlanInput& input) {
    const Request& request = input.request;
    Plan plan{.asked = request.policy,
              .used = Policy::Numa,
              .step_cpus = input.step_cpus & machine.cpus,
              .ranks = {},
              .ranks_per_nic =
                  request.ranks_per_nic > 0 ? request.ranks_per_nic : input.ranks_per_nic,
              .warnings = input.warnings};
    const auto usable = usable_cpus(machine, input, plan);
    if (!usable)
        return std::unexpected(usable.error());
    if (auto sentence = topology::contradiction(machine); !sentence.empty())
        plan.warnings.push_back(std::move(sentence));
    plan.used = resolve(machine, input, plan.warnings);
    if (!plan.binds() && plan.reserved_cores > 0) {
        plan.warnings.push_back("by:none binds no rank, so reserve: keeps no core free");
        plan.reserved_cores = 0;
    }
    const Layout layout = lay_out(machine, input, plan.used, *usable);
    if (layout.policy != plan.used) {
        plan.warnings.push_back(fmt::format("by:{}: {} CPUs a rank do not fit inside one cache; "
                                            "by:{} is used",
                                            to_string(plan.used), layout.width,
                                            to_string(layout.policy)));
        plan.used = layout.policy;
    }
    if (auto added = add_ranks(machine, input, layout, plan); !added)
        return std::unexpected(added.error());
    if (auto kept = find_out(machine, input, layout, *usable, plan); !kept)
        return std::unexpected(kept.error());
    return plan;
}

} // namespace fairlead::pin
