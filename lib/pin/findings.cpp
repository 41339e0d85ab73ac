#include "pin/findings.hpp"

#include "pin/nics.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <vector>

namespace fairlead::pin {
namespace {

using topology::CpuSet;
using topology::Machine;

std::string_view plural(int count, std::string_view one, std::string_view many) {
    return count == 1 ? one : many;
}

std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// Sentences about promises that the plan cannot keep, with which a strict request fails.
std::vector<std::string> broken_promises(const Machine& machine, const Layout& layout,
                                         const Plan& plan) {
    std::vector<std::string> sentences;
    for (std::size_t i = 0; i < plan.ranks_on_nic.size(); ++i)
        if (plan.ranks_on_nic[i] > plan.ranks_per_nic)
            sentences.push_back(
                fmt::format("{} ranks on {}, whose limit is {}: an EFA interface has 256 queue "
                            "pairs and a rank needs 2; use fewer ranks a node, or a type with "
                            "more interfaces",
                            plan.ranks_on_nic[i], machine.efas[i].name, plan.ranks_per_nic));
    if (!plan.binds())
        return sentences;
    if (layout.cut_from > 0)
        sentences.push_back(fmt::format(
            "{} CPUs a rank do not fit: {} ranks on {} CPUs get {} each; use fewer ranks or ask "
            "for more CPUs",
            layout.cut_from, plan.ranks.size(), slot_count(layout.domains), layout.width));
    if (plan.overlaps > 0)
        sentences.push_back(fmt::format(
            "{} ranks share CPUs: {} for {} ranks; use fewer ranks or ask for more CPUs",
            plan.overlaps, counted(slot_count(layout.domains), "CPU"), plan.ranks.size()));
    return sentences;
}

/// A rank gets whole cores before hardware threads, and rather spans NUMA nodes than do with half
/// of them, unless the user says so.
std::string smt_instead(const Machine& machine, const PlanInput& input, const Layout& layout,
                        const CpuSet& usable) {
    if (layout.threads || input.request.smt > 0 || input.threads_per_core > 0)
        return {};
    const auto domains = domains_of(machine, usable, Level::Numa, all_threads);
    if (fitting(domains, layout.width) < input.ranks.size())
        return {};
    std::size_t most = 0;
    for (const auto& core : machine.cores)
        most = std::max(most, core.pus.size());
    return fmt::format("; as hardware threads they do (smt:{}), on fewer cores", most);
}

/// An old libfabric opens the interface that it finds first or nearest, whatever the plan says.
bool is_advice(const Machine& machine, const Plan& plan) {
    if (machine.libfabric.empty() || reads_interface_list(machine.libfabric))
        return false;
    return std::ranges::any_of(plan.ranks, [&](const RankPlan& rank) {
        return !rank.nics.empty() && rank.nics.size() < machine.efas.size();
    });
}

std::string crossing(const Machine& machine, const PlanInput& input, const Layout& layout,
                     const CpuSet& usable, const Plan& plan) {
    return fmt::format("{} {} NUMA nodes: {} CPUs a rank do not fit otherwise{}", plan.crossings,
                       plural(plan.crossings, "rank spans", "ranks span"), layout.width,
                       smt_instead(machine, input, layout, usable));
}

/// "with 96 each gets 2, up to 192 fit": the numbers of ranks that waste fewer cores.
std::string better_counts(const Layout& layout, std::size_t ranks) {
    const std::size_t wider = fitting(layout.domains, layout.width + 1);
    const std::size_t more = fitting(layout.domains, layout.width);
    std::vector<std::string> words;
    if (wider > 0)
        words.push_back(fmt::format("with {} each gets {}", wider, widest(layout.domains, wider)));
    if (more > ranks)
        words.push_back(fmt::format("up to {} fit", more));
    return fmt::format("{}", fmt::join(words, ", "));
}

/// Why cores have no rank, and what the user can change.
std::string reason(const PlanInput& input, const Layout& layout) {
    const std::size_t ranks = input.ranks.size();
    if (layout.policy == Policy::L3)
        return "by:l3 keeps each rank inside one cache";
    if (input.cpus_per_task > 0 && layout.cut_from == 0)
        return fmt::format("{} of {} {} no more; a larger --cpus-per-task or more ranks "
                           "would use them",
                           counted(ranks, "rank"), counted(layout.width, "CPU"),
                           plural(static_cast<int>(ranks), "needs", "need"));
    const std::string better = better_counts(layout, ranks);
    return fmt::format("{} {} {} each, inside one NUMA node; {}", counted(ranks, "rank"),
                       plural(static_cast<int>(ranks), "gets", "get"), counted(layout.width, "CPU"),
                       better.empty() ? "more ranks would use others" : better);
}

/// The first usable PUs of the cores that have no rank.
CpuSet idle_cores(const Machine& machine, const CpuSet& usable, const Plan& plan) {
    CpuSet busy, idle;
    for (const RankPlan& rank : plan.ranks)
        busy.add(rank.cpus);
    for (const auto& core : machine.cores) {
        const auto in = [&](const CpuSet& set) {
            return std::ranges::any_of(core.pus, [&](int pu) { return set.contains(pu); });
        };
        if (in(usable) && !in(busy))
            idle.add(*std::ranges::find_if(core.pus, [&](int pu) { return usable.contains(pu); }));
    }
    return idle;
}

/// Ranks share whole slots or nothing, so two sets either are equal or begin with a different CPU.
int count_overlaps(const Plan& plan) {
    CpuSet seen, again;
    for (const RankPlan& rank : plan.ranks) {
        const int first = rank.cpus.first();
        if (first >= 0)
            (seen.contains(first) ? again : seen).add(first);
    }
    if (again.empty())
        return 0;
    return static_cast<int>(std::ranges::count_if(
        plan.ranks, [&](const RankPlan& rank) { return again.contains(rank.cpus.first()); }));
}

void add_notes(const Machine& machine, const PlanInput& input, const Layout& layout,
               const CpuSet& usable, Plan& plan) {
    if (plan.crossings > 0)
        plan.warnings.push_back(crossing(machine, input, layout, usable, plan));
    const CpuSet idle = idle_cores(machine, usable, plan);
    plan.idle_cores = idle.size();
    if (plan.idle_cores > 0)
        plan.warnings.push_back(fmt::format("{} {} no rank (CPUs {}): {}", plan.idle_cores,
                                            plural(plan.idle_cores, "core has", "cores have"),
                                            idle.list(), reason(input, layout)));
}

} // namespace

Result<void> find_out(const Machine& machine, const PlanInput& input, const Layout& layout,
                      const CpuSet& usable, Plan& plan) {
    if (plan.binds()) {
        plan.overlaps = count_overlaps(plan);
        plan.crossings = static_cast<int>(std::ranges::count_if(
            plan.ranks, [](const RankPlan& rank) { return rank.numa.size() > 1; }));
    }
    for (std::string& sentence : broken_promises(machine, layout, plan)) {
        if (input.request.strict)
            return fail(Code::P205, "--efa-pin=strict: {}", sentence);
        plan.broken.push_back(sentence);
        plan.warnings.push_back(std::move(sentence));
    }
    if (is_advice(machine, plan))
        plan.warnings.push_back(
            fmt::format("interfaces are advice (FAIRLEAD_PIN_NICS): libfabric {} does not read "
                        "FI_EFA_IFACE, 2.0 and later do",
                        machine.libfabric));
    if (plan.binds())
        add_notes(machine, input, layout, usable, plan);
    return {};
}

} // namespace fairlead::pin
