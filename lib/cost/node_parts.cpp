// Which node of a run costs what: Pricer::price_by_node.

#include "base/host_list.hpp"
#include "cost/paying_nodes.hpp"

#include <algorithm>

namespace fairlead::cost {
namespace {

/// The nodes of a run that pay together, with what each is used for.
struct Payers {
    std::vector<std::string> names{};
    std::vector<PayingNodes> uses{};
};

bool pay_together(const PayingNodes& a, const PayingNodes& b) {
    return a.kind->key.instance_type == b.kind->key.instance_type &&
           a.kind->key.purchase == b.kind->key.purchase && a.share == b.share &&
           a.currency == b.currency;
}

Wide picos_in(const PayingNodes& use, Time month, Used Usage::* which) {
    const auto found = std::ranges::find(use.months, month, &MonthUsage::month);
    return found == use.months.end() ? 0 : (found->usage.*which).picos;
}

/// Adds each node's part of what all cost in a month.
Result<void> add_parts(const Payers& payers, Time month, Money whole, Used Usage::* which,
                       std::vector<NodePart>& into) {
    std::vector<Wide> weights;
    Wide used = 0;
    for (const PayingNodes& use : payers.uses) {
        weights.push_back(picos_in(use, month, which));
        used |= weights.back();
    }
    if (used == 0)
        return {};
    const auto parts = share_out(whole, weights);
    if (!parts)
        return std::unexpected(parts.error());
    for (std::size_t i = 0; i < parts->size(); ++i)
        into[i].amount.nanos += (*parts)[i].nanos; // both are parts of one run's cost
    return {};
}

/// The parts of those who pay together, month by month.
Result<void> divide(const PayingNodes& group, const Payers& payers, std::vector<NodePart>& into) {
    const auto cost = cost_of(group);
    if (!cost)
        return std::unexpected(cost.error());
    const auto running = by_months(group, cost->running, &Usage::running);
    const auto suspended = by_months(group, cost->suspended, &Usage::suspended);
    for (const auto* amounts : {&running, &suspended})
        if (!*amounts)
            return std::unexpected(amounts->error());
    for (std::size_t i = 0; i < group.months.size(); ++i) {
        const Time month = group.months[i].month;
        std::vector<NodePart> parts;
        for (const std::string& name : payers.names)
            parts.push_back({name, month, group.share, std::string(group.currency), {}});
        if (auto done = add_parts(payers, month, (*running)[i], &Usage::running, parts); !done)
            return done;
        if (auto done = add_parts(payers, month, (*suspended)[i], &Usage::suspended, parts); !done)
            return done;
        std::ranges::move(parts, std::back_inserter(into));
    }
    return {};
}

} // namespace

Result<std::vector<NodePart>> Pricer::price_by_node(const JobRun& run) {
    const auto kinds = kinds_of(run.nodes);
    if (!kinds)
        return std::unexpected(of_job(run, kinds.error()));
    const auto names = expand_host_list(run.nodes, most_listed_nodes); // kinds_of() read it already
    const auto groups = used_by(run, names->size(), *kinds, kinds_, timelines_);
    if (!groups)
        return std::unexpected(of_job(run, groups.error()));
    std::vector<Payers> payers(groups->size());
    for (const std::string& name : *names) {
        const KindCount one{kind_of(name).value(), 1};
        const auto uses = used_by(run, names->size(), std::span(&one, 1), kinds_, timelines_);
        if (!uses)
            return std::unexpected(of_job(run, uses.error()));
        for (const PayingNodes& use : *uses)
            for (std::size_t i = 0; i < groups->size(); ++i)
                if (pay_together(use, (*groups)[i])) {
                    payers[i].names.push_back(name);
                    payers[i].uses.push_back(use);
                }
    }
    std::vector<NodePart> parts;
    for (std::size_t i = 0; i < groups->size(); ++i)
        if (auto done = divide((*groups)[i], payers[i], parts); !done)
            return std::unexpected(of_job(run, done.error()));
    return parts;
}

} // namespace fairlead::cost
