#include "cost/pricing.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"
#include "cost/dump_runs.hpp"
#include "cost/paying_nodes.hpp"

#include <algorithm>

namespace fairlead::cost {
namespace {

std::size_t count(const std::vector<KindCount>& kinds) {
    std::size_t nodes = 0;
    for (const auto& [kind, number] : kinds)
        nodes += number;
    return nodes;
}

} // namespace

Pricer::Pricer(PriceBook book, std::optional<Nodes> nodes)
    : book_(std::move(book)), nodes_(std::move(nodes)) {
    if (nodes_)
        kinds_ = nodes_->kinds();
    else
        kinds_ = {NodeKind{.key = {.os = "linux"}}};
    for (const NodeKind& kind : kinds_)
        timelines_.push_back(book_.timeline(kind.key));
}

Result<std::size_t> Pricer::kind_of(std::string_view node) const {
    const auto kind = nodes_ ? nodes_->find(node) : std::optional<std::size_t>(0);
    if (!kind)
        return fail(Code::C103, "node {} is not in the list of nodes", node);
    return *kind;
}

Result<Pricer::Kinds> Pricer::count_kinds(std::string_view host_list) const {
    const auto names = expand_host_list(host_list, most_listed_nodes);
    if (!names)
        return fail(Code::C102, "NodeList is '{}'; expected a host list such as n[1-4]",
                    printable(host_list));
    if (!nodes_)
        return Kinds{{0, names->size()}};
    Kinds kinds;
    for (const std::string& name : *names) {
        const auto kind = kind_of(name);
        if (!kind)
            return std::unexpected(kind.error());
        const auto known = std::ranges::find(kinds, *kind, &Kinds::value_type::first);
        if (known == kinds.end())
            kinds.emplace_back(*kind, 1);
        else
            ++known->second;
    }
    return kinds;
}

Result<Pricer::Kinds> Pricer::kinds_of(std::string_view host_list) {
    constexpr std::size_t most_lists = 10'000;
    std::string key{host_list};
    if (const auto known = known_lists_.find(key); known != known_lists_.end())
        return known->second;
    auto kinds = count_kinds(host_list);
    if (!kinds)
        return kinds;
    if (known_lists_.size() == most_lists)
        known_lists_.clear();
    known_lists_.emplace(std::move(key), *kinds);
    return kinds;
}

Result<std::vector<Cost>> Pricer::price(const JobRun& run) {
    const auto kinds = kinds_of(run.nodes);
    if (!kinds)
        return std::unexpected(of_job(run, kinds.error()));
    const auto groups = used_by(run, count(*kinds), *kinds, kinds_, timelines_);
    if (!groups)
        return std::unexpected(of_job(run, groups.error()));
    std::vector<Cost> costs;
    for (const PayingNodes& group : *groups) {
        auto cost = cost_of(group);
        if (!cost)
            return std::unexpected(of_job(run, cost.error()));
        costs.push_back(std::move(*cost));
    }
    return costs;
}

Result<std::vector<MonthCost>> Pricer::price_by_month(const JobRun& run) {
    const auto kinds = kinds_of(run.nodes);
    if (!kinds)
        return std::unexpected(of_job(run, kinds.error()));
    const auto groups = used_by(run, count(*kinds), *kinds, kinds_, timelines_);
    if (!groups)
        return std::unexpected(of_job(run, groups.error()));
    std::vector<MonthCost> costs;
    for (const PayingNodes& group : *groups) {
        const auto whole = cost_of(group);
        if (!whole)
            return std::unexpected(of_job(run, whole.error()));
        const auto running = by_months(group, whole->running, &Usage::running);
        const auto suspended = by_months(group, whole->suspended, &Usage::suspended);
        for (const auto* parts : {&running, &suspended})
            if (!*parts)
                return std::unexpected(of_job(run, parts->error()));
        for (std::size_t i = 0; i < group.months.size(); ++i) {
            costs.push_back({.month = group.months[i].month, .cost = *whole});
            costs.back().cost.running = (*running)[i];
            costs.back().cost.suspended = (*suspended)[i];
            const Usage& usage = group.months[i].usage;
            costs.back().running_node_seconds = usage.running.node_seconds;
            costs.back().suspended_node_seconds = usage.suspended.node_seconds;
        }
    }
    return costs;
}

Result<NodePrices> Pricer::prices_of(std::string_view node, Time from, Time to) const {
    const auto kind = kind_of(node);
    if (!kind)
        return std::unexpected(kind.error());
    auto prices = timelines_[*kind].between(from, to);
    if (!prices)
        return fail(prices.error().code, "node {}: {}", node, prices.error().message);
    return NodePrices{&kinds_[*kind].key, std::move(*prices)};
}

Result<void> price_dump(std::istream& dump, std::string_view name, const Zone& zone, Pricer& pricer,
                        const PricedDump& take) {
    const TakeRuns into{.take = [&](const JobRun& run) -> Result<void> {
                            const auto costs = pricer.price(run);
                            if (!costs)
                                return std::unexpected(costs.error());
                            take.priced(run, *costs);
                            return {};
                        },
                        .skipped = take.skipped,
                        .understood = take.understood};
    return each_run(dump, name, zone, into);
}

} // namespace fairlead::cost
