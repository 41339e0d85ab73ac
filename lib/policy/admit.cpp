#include "policy/admit.hpp"

#include "base/words.hpp"
#include "state/admitted.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::policy {
namespace {

using config::EfaNeed;
using config::Mode;

/// What one or more partitions demand together. A job that may run in several is held to what all
/// of them demand; the prolog checks it again in the one where it starts.
struct Demand {
    EfaNeed efa;
    Mode mode;
    std::string partition; ///< the first that demands no more, for messages
    std::vector<std::string> types;
    bool unlisted = false; ///< one of them does not say what its nodes are
};

EfaNeed need_of(const config::PartitionRules& rules) {
    return rules.mode == Mode::Off ? EfaNeed::Off : rules.efa;
}

void add_demand(const config::PartitionRules& rules, std::string_view name, Demand& demand) {
    demand.types.insert(demand.types.end(), rules.instance_types.begin(),
                        rules.instance_types.end());
    demand.unlisted = demand.unlisted || rules.instance_types.empty();
    demand.mode = std::min(demand.mode, rules.mode);
    if (need_of(rules) >= demand.efa)
        return;
    demand.efa = need_of(rules);
    demand.partition = name;
}

Demand demand_of(const JobRequest& request, const config::Config& config) {
    const std::string names =
        request.partition.value_or(config.default_partition.value_or(std::string{}));
    auto list = split(names, ',');
    std::erase(list, std::string_view{});
    if (list.empty())
        list.emplace_back();
    const config::PartitionRules& first = config::rules_for(config, list.front());
    Demand demand{need_of(first), first.mode, std::string(list.front()), {}};
    for (const std::string_view name : list)
        add_demand(config::rules_for(config, name), name, demand);
    return demand;
}

std::vector<std::string> efa_types(const Demand& demand, const catalog::Catalog& catalog) {
    std::vector<std::string> types;
    std::ranges::copy_if(demand.types, std::back_inserter(types), [&](const std::string& name) {
        const auto* type = catalog.find(name);
        return type && type->efa_interfaces > 0;
    });
    return types;
}

/// A partition without listed types says nothing, so nothing is held against it.
std::optional<Error> refuse_without_efa_type(const Demand& demand, const Snapshot& snapshot) {
    if (demand.unlisted || !efa_types(demand, snapshot.catalog).empty())
        return std::nullopt;
    return Error{Code::E101,
                 fmt::format("partition '{}' has no EFA node type (it has {}); submit to a "
                             "partition with EFA nodes or drop --efa=required",
                             demand.partition, fmt::join(demand.types, ", "))};
}

std::optional<Error> refuse_relaxation(EfaNeed asked, const Demand& demand) {
    if (demand.efa != EfaNeed::Required || asked == EfaNeed::Required)
        return std::nullopt;
    return Error{Code::E102,
                 fmt::format("partition '{}' requires EFA, so --efa={} cannot hold; drop the "
                             "option or submit to another partition",
                             demand.partition, config::to_string(asked))};
}

void require_efa(const JobRequest& request, bool asked, JobPatch& patch) {
    const std::string features = request.features.value_or("");
    if (std::string wanted = with_efa(features); wanted != features)
        patch.features = std::move(wanted);
    patch.record = state::encode({EfaNeed::Required, asked});
}

/// What the job itself asks for is honoured in every mode.
Admission admit_asked(const JobRequest& request, EfaNeed asked, const Demand& demand,
                      const Snapshot& snapshot) {
    Admission admission;
    if (auto relaxed = refuse_relaxation(asked, demand)) {
        (demand.mode == Mode::Enforce ? admission.refusal : admission.would_have) = relaxed;
        if (admission.refusal)
            return admission;
    }
    if (asked == EfaNeed::Required) {
        admission.refusal = refuse_without_efa_type(demand, snapshot);
        if (!admission.refusal)
            require_efa(request, true, admission.patch);
    }
    return admission;
}

Admission admit_by_partition(const JobRequest& request, const Demand& demand,
                             const Snapshot& snapshot) {
    Admission admission;
    if (demand.efa != EfaNeed::Required)
        return admission;
    const auto lacking = refuse_without_efa_type(demand, snapshot);
    if (demand.mode != Mode::Enforce)
        admission.would_have = lacking;
    else if (lacking)
        admission.refusal = lacking;
    else
        require_efa(request, false, admission.patch);
    return admission;
}

/// Whether a constraint demands efa as it stands. slurmctld reads `&` and `|` outside brackets from
/// left to right (seen on 22.05 and 24.11), so behind a `|` only the last word is sure to hold.
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
    return choice ? features.ends_with("&efa") : found;
}

} // namespace

std::string with_efa(const std::string& features) {
    if (features.empty())
        return "efa";
    if (features.contains('*') || demands_efa(features))
        return features;
    return features + "&efa";
}

Admission admit(const JobRequest& request, const Snapshot& snapshot) {
    if (snapshot.paused)
        return {};
    const Demand demand = demand_of(request, snapshot.config);
    if (!request.efa_option)
        return admit_by_partition(request, demand, snapshot);
    const std::string_view word =
        request.efa_option->empty() ? "required" : std::string_view(*request.efa_option);
    const auto asked = config::parse_efa_need(word);
    if (!asked)
        return {.patch = {},
                .refusal = Error{Code::A102, fmt::format("--efa is '{}'; expected required, "
                                                         "preferred or off",
                                                         printable(word))},
                .would_have = std::nullopt};
    return admit_asked(request, *asked, demand, snapshot);
}

} // namespace fairlead::policy
