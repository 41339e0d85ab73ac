#include "pin/environment.hpp"

#include "pin/nics.hpp"
#include "pin/report.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <set>

namespace fairlead::pin {
namespace {

using topology::Machine;
using Variables = std::vector<Variable>;

std::string listed(const auto& values) { return fmt::format("{}", fmt::join(values, ",")); }

Variable policy_of(const Plan& plan) {
    return {"FAIRLEAD_PIN_POLICY", std::string(to_string(plan.used)), true};
}

void add_own(const Machine& machine, const Plan& plan, const RankPlan& rank, Variables& variables) {
    if (plan.binds()) {
        variables.push_back({"FAIRLEAD_PIN_CPUS", rank.cpus.list(), true});
        variables.push_back({"FAIRLEAD_PIN_NUMA", listed(numa_numbers(machine, rank)), true});
    }
    variables.push_back({"FAIRLEAD_PIN_NICS", listed(nic_names(machine, rank)), true});
    variables.push_back({"FAIRLEAD_PIN_GPUS", listed(gpu_names(machine, rank)), true});
    variables.push_back(policy_of(plan));
}

/// Places are cores where each of the rank's cores gives it one CPU.
bool one_cpu_a_core(const Machine& machine, const RankPlan& rank) {
    return std::ranges::all_of(machine.cores, [&](const auto& core) {
        return std::ranges::count_if(core.pus, [&](int pu) { return rank.cpus.contains(pu); }) <= 1;
    });
}

const char* places_of(const Machine& machine, const RankPlan& rank) {
    return one_cpu_a_core(machine, rank) ? "cores" : "threads";
}

/// Null where ranks differ.
const char* places_of_all(const Machine& machine, const Plan& plan) {
    const bool single = one_cpu_a_core(machine, plan.ranks.front());
    for (const RankPlan& rank : plan.ranks)
        if (one_cpu_a_core(machine, rank) != single)
            return nullptr;
    return single ? "cores" : "threads";
}

Variable threads_of(const RankPlan& rank, bool replaces) {
    return {"OMP_NUM_THREADS", fmt::format("{}", rank.cpus.size()), replaces};
}

void add_openmp(const Machine& machine, const RankPlan& rank, Omp omp, Variables& variables) {
    if (omp == Omp::Off)
        return;
    const bool replaces = omp == Omp::Set;
    variables.push_back(threads_of(rank, replaces));
    variables.push_back({"OMP_PLACES", places_of(machine, rank), replaces});
    variables.push_back({"OMP_PROC_BIND", "close", replaces});
}

void share_openmp(const Machine& machine, const Plan& plan, Omp omp, Variables& variables) {
    if (omp == Omp::Off)
        return;
    const bool replaces = omp == Omp::Set;
    const auto size = [](const RankPlan& rank) { return rank.cpus.size(); };
    if (std::ranges::adjacent_find(plan.ranks, std::ranges::not_equal_to{}, size) ==
        plan.ranks.end())
        variables.push_back(threads_of(plan.ranks.front(), replaces));
    if (const auto places = places_of_all(machine, plan))
        variables.push_back({"OMP_PLACES", places, replaces});
    variables.push_back({"OMP_PROC_BIND", "close", replaces});
}

bool whole_gpu_group(const Machine& machine, const RankPlan& rank) {
    return std::ranges::all_of(rank.gpus, [&](int gpu) {
        return std::ranges::all_of(nics_of_gpu(machine, gpu), [&](int nic) {
            return std::ranges::find(rank.nics, nic) != rank.nics.end();
        });
    });
}

std::vector<int> nics_around(const Machine& machine, const std::vector<int>& gpus) {
    std::set<int> nics;
    for (const int gpu : gpus)
        for (const int nic : nics_of_gpu(machine, gpu))
            nics.insert(nic);
    return {nics.begin(), nics.end()};
}

bool names_interfaces(const Request& request) {
    return request.nics.kind == NicSelection::Kind::Named ||
           request.nics.kind == NicSelection::Kind::Map;
}

/// Whether NCCL in this rank finds every interface that it drives among the rank's own.
bool holds_gpu_groups(const Machine& machine, const RankPlan& rank, const Request& request,
                      const VisibleGpus& visible) {
    if (!rank.gpus.empty())
        return whole_gpu_group(machine, rank);
    if (visible.words() > 0)
        return false;
    return machine.gpus.empty() || visible.none || names_interfaces(request);
}

void lead_to_efa(Variables& variables) {
    variables.push_back({"FI_PROVIDER", "efa", false});
    variables.push_back({"I_MPI_OFI_PROVIDER", "efa", false});
    variables.push_back({"OMPI_MCA_pml", "cm", false});
    variables.push_back({"OMPI_MCA_mtl", "ofi", false});
}

void add_fabric(const Machine& machine, const RankPlan& rank, const Request& request,
                const VisibleGpus& visible, Variables& variables) {
    if (rank.nics.empty())
        return;
    lead_to_efa(variables);
    const bool narrows = rank.nics.size() < machine.efas.size();
    if (narrows && reads_interface_list(machine.libfabric) &&
        holds_gpu_groups(machine, rank, request, visible))
        variables.push_back({"FI_EFA_IFACE", listed(nic_names(machine, rank)), false});
}

void add_gpus(const RankPlan& rank, const VisibleGpus& visible, Variables& variables) {
    std::vector<std::string> words;
    for (const VisibleGpu& one : visible.gpus)
        if (std::ranges::find(rank.gpus, one.gpu) != rank.gpus.end())
            words.push_back(one.word);
    if (!words.empty())
        variables.push_back({"CUDA_VISIBLE_DEVICES", listed(words), true});
}

} // namespace

std::vector<Variable> environment_of(const Machine& machine, const Plan& plan, const RankPlan& rank,
                                     const Request& request, const VisibleGpus& visible) {
    Variables variables;
    add_own(machine, plan, rank, variables);
    if (plan.binds())
        add_openmp(machine, rank, request.omp, variables);
    add_fabric(machine, rank, request, visible, variables);
    if (request.gpu_env == GpuEnv::Set)
        add_gpus(rank, visible, variables);
    return variables;
}

std::vector<Variable> shared_environment(const Machine& machine, const Plan& plan,
                                         const Request& request) {
    Variables variables{policy_of(plan)};
    if (machine.gpus.empty())
        variables.push_back({"FAIRLEAD_PIN_GPUS", "", true});
    if (plan.binds() && !plan.ranks.empty())
        share_openmp(machine, plan, request.omp, variables);
    // GPUs that Slurm binds a rank to always have interfaces where the node does.
    const auto has_nic = [](const RankPlan& rank) { return !rank.nics.empty(); };
    if (std::ranges::all_of(plan.ranks, has_nic))
        lead_to_efa(variables);
    return variables;
}

RankPlan with_own_gpus(const Machine& machine, const Request& request, RankPlan rank,
                       std::optional<std::vector<int>> gpus) {
    if (follow_gpus(request) && gpus != rank.gpus)
        rank.nics = gpus ? nics_around(machine, *gpus) : all_nics(machine.efas.size());
    rank.gpus = std::move(gpus).value_or(std::vector<int>{});
    return rank;
}

} // namespace fairlead::pin
