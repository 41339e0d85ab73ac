#include "cost/billing_weights.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <set>

namespace fairlead::cost {
namespace {

constexpr std::int64_t mib_a_gib = 1024;

/// `picos` of an hour in millionths of a unit, for one of `whole`; 1e-12 is such a millionth.
static_assert(billing_units == 1'000'000);
Wide weight(HourlyPrice price, Wide each, Wide whole) {
    return (price.picos * each + whole - 1) / whole;
}

/// Of how many kinds of node a size is known.
struct Sized {
    std::size_t cpus = 0, memory = 0;
};

void raise(std::optional<Wide>& weight, Wide other) {
    weight = std::max(weight.value_or(0), other);
}

void add(const Capacity& size, HourlyPrice price, BillingWeights& weights, Sized& sized) {
    ++weights.kinds;
    raise(weights.node, weight(price, 1, 1));
    if (size.cpus.value_or(0) > 0) {
        ++sized.cpus;
        raise(weights.cpu, weight(price, 1, *size.cpus));
    }
    if (size.memory_mb.value_or(0) > 0) {
        ++sized.memory;
        raise(weights.memory_gib, weight(price, mib_a_gib, *size.memory_mb));
    }
    if (size.gpus.value_or(0) > 0)
        raise(weights.gpu, weight(price, 1, *size.gpus));
}

Result<BillingWeights> weights_of(const Partition& partition, const Nodes& nodes,
                                  const PriceBook& book, Time now) {
    BillingWeights weights{.partition = partition.name};
    Sized sized;
    std::set<std::size_t> seen;
    for (const std::string& node : partition.nodes) {
        const auto index = nodes.find(node);
        if (index && !seen.insert(*index).second)
            continue;
        const Partition alone{.name = partition.name, .nodes = {node}};
        const auto cost = priced(std::span(&alone, 1), {}, nodes, book, now, {});
        if (!cost)
            return std::unexpected(cost.error());
        const PartitionCost& one = cost->front();
        if (!weights.currency.empty() && weights.currency != one.currency)
            return fail(Code::C103, "the nodes of partition {} have prices in {} and {}",
                        printable(partition.name), weights.currency, one.currency);
        weights.currency = one.currency;
        add(nodes.kinds()[*index].capacity, one.dearest, weights, sized);
    }
    for (const auto& [known, what] : {std::pair{sized.cpus, "cpus"}, {sized.memory, "memory_mb"}})
        if (known != 0 && known != weights.kinds)
            return fail(Code::C104,
                        "the list of nodes has {} for {} of {} kinds of node in partition {}; a "
                        "weight needs it for all or for none",
                        what, known, weights.kinds, printable(partition.name));
    if (weights.cpu || weights.memory_gib)
        weights.node.reset();
    return weights;
}

/// "37500", "9375.000001"
std::string show_millionths(Wide millionths) {
    constexpr Wide million = 1'000'000;
    std::string text = fmt::format("{}.{:06}", millionths / million, millionths % million);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

/// An hour's money in minutes of billing: a seventeenth of the nano-units or less, so it fits.
std::int64_t minutes_of(Money amount) {
    constexpr std::int64_t minutes = 60;
    return static_cast<std::int64_t>(Wide{amount.nanos} * minutes * billing_units / nanos_per_unit);
}

/// Why Slurm has no such limit; empty where it has.
std::string obstacle(const Budget& budget, std::string_view currency, int fiscal_year_start) {
    constexpr int months_a_quarter = 3;
    if (budget.period == Period::Quarter && fiscal_year_start % months_a_quarter != 1)
        return "Slurm's quarters begin in January, April, July and October";
    if (budget.period == Period::Rolling)
        return "Slurm knows no budget of the last days";
    if (budget.currency != currency)
        return fmt::format("its budget is in {}, the prices are in {}", budget.currency, currency);
    return {};
}

/// Why none of these accounts can have the limit; empty where one can.
std::string obstacle(std::span<const std::string> accounts) {
    if (accounts.empty())
        return "it has no account of its own";
    if (accounts.size() > 1)
        return fmt::format("it has {} accounts, and Slurm limits each by itself; make them "
                           "children of one account and limit that",
                           accounts.size());
    if (accounts.front() == "root")
        return "Slurm does not enforce a limit of the account root";
    if (!is_host_name(accounts.front()))
        return "its account's name does not fit on a command line";
    return {};
}

} // namespace

Result<std::vector<BillingWeights>> billing_weights(std::span<const Partition> partitions,
                                                    const Nodes& nodes, const PriceBook& book,
                                                    Time now) {
    std::vector<BillingWeights> all;
    for (const Partition& partition : partitions) {
        if (partition.nodes.empty())
            continue;
        auto weights = weights_of(partition, nodes, book, now);
        if (!weights)
            return std::unexpected(weights.error());
        if (!all.empty() && all.front().currency != weights->currency)
            return fail(Code::C103,
                        "partitions {} and {} have prices in {} and {}; billing has one "
                        "currency",
                        printable(all.front().partition), printable(weights->partition),
                        all.front().currency, weights->currency);
        all.push_back(std::move(*weights));
    }
    return all;
}

std::string show_weights(const BillingWeights& weights) {
    std::string text;
    const auto add = [&text](std::string_view name, const std::optional<Wide>& weight,
                             std::string_view unit) {
        if (weight)
            text += fmt::format("{}{}={}{}", text.empty() ? "" : ",", name,
                                show_millionths(*weight), unit);
    };
    add("CPU", weights.cpu, "");
    add("Mem", weights.memory_gib, "G");
    add("GRES/gpu", weights.gpu, "");
    add("Node", weights.node, "");
    return text;
}

std::vector<BillingLimit> billing_limits(const Groups& groups, std::string_view currency) {
    std::vector<BillingLimit> limits;
    const auto add = [&](const std::string& owner, std::span<const std::string> accounts,
                         const std::optional<Budget>& budget) {
        if (!budget)
            return;
        BillingLimit limit{.owner = owner,
                           .account = {},
                           .period = budget->period,
                           .minutes = minutes_of(budget->amount),
                           .reason = obstacle(*budget, currency, groups.fiscal_year_start)};
        if (limit.reason.empty())
            limit.reason = obstacle(accounts);
        if (limit.reason.empty())
            limit.account = accounts.front();
        limits.push_back(std::move(limit));
    };
    const std::string root = "root";
    add("site", std::span(&root, 1), groups.site);
    for (const auto& [university, budget] : groups.universities)
        add(university, {}, budget);
    for (const Group& group : groups.groups)
        add(group.name, group.accounts, group.budget);
    return limits;
}

bool mixes_periods(std::span<const BillingLimit> limits) {
    std::set<Period> periods;
    for (const BillingLimit& limit : limits)
        if (!limit.account.empty())
            periods.insert(limit.period);
    return periods.size() > 1;
}

} // namespace fairlead::cost
