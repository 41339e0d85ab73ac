#include "policy/admit.hpp"

#include "policy/fabric.hpp"
#include "state/admitted.hpp"

#include <algorithm>

namespace fairlead::policy {
namespace {

using config::EfaNeed;
using config::FabricDemand;
using config::Mode;

/// Whether a constraint demands efa as it stands. slurmctld reads `&` and `|` outside brackets from
/// left to right (seen on 22.05 and 24.11), so behind a `|` only the last word is sure to hold; nor
/// is any other where a bracket is left open.
bool demands_efa(std::string_view features) {
    constexpr std::string_view word = "efa";
    int depth = 0;
    bool choice = false, found = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= features.size(); ++i) {
        const char c = i < features.size() ? features[i] : '&';
        depth += (c == '(' || c == '[') - (c == ')' || c == ']');
        if (depth > 0 || (c != '&' && c != ',' && c != '|'))
            continue;
        found = found || features.substr(begin, i - begin) == word;
        choice = choice || c == '|';
        begin = i + 1;
    }
    return choice || depth != 0 ? features.ends_with("&efa") : found;
}

/// Nodes under one leaf are what Slurm's --switches=1 asks for. It is soft: past the wait the job
/// starts anywhere (seen on 22.05), so the wait is long, and slurmctld's prolog checks what the job
/// was given.
void ask_for_one_leaf(const JobRequest& request, int wait, JobPatch& patch) {
    if (request.most_nodes == 1U)
        return;
    const auto least = static_cast<std::uint32_t>(wait);
    if (request.switches != 1U)
        patch.switches = 1U;
    if (request.switch_wait.value_or(0) < least)
        patch.switch_wait = least;
}

JobPatch patch_of(const JobRequest& request, const FabricDemand& demand, bool asked,
                  const config::Config& config) {
    JobPatch patch;
    const std::string_view features = request.features ? request.features->view() : "";
    if (demand.efa == EfaNeed::Required)
        if (std::string wanted = with_efa(features); wanted != features)
            patch.features = std::move(wanted);
    if (demand.max_layer == 1)
        ask_for_one_leaf(request, config.switch_wait, patch);
    if (demand.efa == EfaNeed::Required || demand.placed())
        patch.record = state::encode({demand, asked});
    return patch;
}

/// What enforce mode would refuse of a job whose partition only observes.
std::optional<Error> would_refuse(const JobRequest& request, const config::FabricRequest& asked,
                                  const Partitions& partitions, const Snapshot& snapshot) {
    if (auto relaxed = refuse_relaxation(asked, partitions))
        return relaxed;
    const FabricDemand demand = config::demand_of(asked, partitions.rules, true);
    return refuse_impossible(
        {request, asked, demand, true, partitions, snapshot.config, snapshot.catalog});
}

Admission admit_fabric(const JobRequest& request, const config::FabricRequest& asked,
                       const Snapshot& snapshot) {
    const Partitions partitions = partitions_of(request, snapshot.config);
    const Mode mode = partitions.rules.mode;
    Admission admission;
    if (mode == Mode::Enforce)
        admission.refusal = refuse_relaxation(asked, partitions);
    if (admission.refusal)
        return admission;
    // What the job itself asks for is honoured in every mode.
    const FabricDemand demand = config::demand_of(asked, partitions.rules, mode == Mode::Enforce);
    admission.refusal = refuse_impossible({request, asked, demand, mode == Mode::Enforce,
                                           partitions, snapshot.config, snapshot.catalog});
    if (admission.refusal)
        return admission;
    if (mode == Mode::Observe)
        admission.would_have = would_refuse(request, asked, partitions, snapshot);
    admission.patch = patch_of(request, demand, asked.efa == EfaNeed::Required, snapshot.config);
    return admission;
}

} // namespace

std::string with_efa(std::string_view features) {
    std::string wanted(features);
    if (features.empty())
        wanted = "efa";
    else if (!features.contains('*') && !demands_efa(features))
        wanted += "&efa";
    return wanted;
}

bool fabric_matters(const JobRequest& request, const std::optional<Text>& partitions,
                    const Snapshot& snapshot) {
    const config::Config& config = snapshot.config;
    if (!request.fabric || *request.fabric != config::FabricRequest{})
        return true;
    std::string_view rest;
    if (partitions)
        rest = *partitions;
    else if (config.default_partition)
        rest = *config.default_partition;
    for (;;) {
        const std::size_t comma = rest.find(',');
        const config::PartitionRules& rules = config::rules_for(config, rest.substr(0, comma));
        if (rules.mode != Mode::Off && rules.fabric != FabricDemand{})
            return true;
        if (comma == std::string_view::npos)
            return false;
        rest.remove_prefix(comma + 1);
    }
}

Admission admit(const JobRequest& request, const Snapshot& snapshot) {
    if (snapshot.paused || !fabric_matters(request, request.partition, snapshot))
        return {};
    if (!request.fabric)
        return {.patch = {},
                .refusal = Error{Code::A102, request.fabric.error().message},
                .would_have = std::nullopt};
    return admit_fabric(request, *request.fabric, snapshot);
}

} // namespace fairlead::policy
