#include "cost/paying_nodes.hpp"

#include "base/words.hpp"
#include "state/admitted.hpp"

#include <algorithm>
#include <set>

namespace fairlead::cost {
namespace {

/// Jobs that need the whole network of a node pay the whole node. The record is slurmctld's word;
/// what an admin wrote over it is no reason to fail.
bool pays_whole_nodes(const JobRun& run) {
    const auto admitted = state::admitted_in(run.admin_comment);
    return admitted && (admitted->fabric.efa == config::EfaNeed::Required ||
                        admitted->fabric.placement != config::Placement::Any);
}

Result<Share> share_of(const JobRun& run, std::size_t nodes, const Capacity& capacity) {
    if (run.alloc_tres.empty() || pays_whole_nodes(run))
        return Share{};
    const auto tres = read_tres(run.alloc_tres);
    if (!tres)
        return fail(Code::C102, "AllocTRES is '{}'; expected a list such as cpu=4,mem=16G",
                    printable(run.alloc_tres));
    const Share share = dominant_share(*tres, nodes, capacity);
    if (tres->cpus == 0 || share.part == 0)
        return fail(Code::C102, "AllocTRES is '{}', which is nothing of a node; a run has CPUs",
                    printable(run.alloc_tres));
    return share;
}

PayingNodes& group_of(std::vector<PayingNodes>& groups, const NodeKind& kind, const Share& share,
                      std::string_view currency) {
    for (PayingNodes& group : groups)
        if (group.kind->key.instance_type == kind.key.instance_type &&
            group.kind->key.purchase == kind.key.purchase && group.share == share &&
            group.currency == currency) {
            if (group.region != kind.key.region)
                group.region = {};
            return group;
        }
    return groups.emplace_back(&kind, share, currency, kind.key.region);
}

std::unexpected<Error> too_large() {
    return fail(Code::C105, "price, time and share of a run do not fit into 128 bits");
}

Usage& usage_in(PayingNodes& group, Time month) {
    for (MonthUsage& known : group.months)
        if (known.month == month)
            return known.usage;
    return group.months.emplace_back(month).usage;
}

/// Picos times seconds to nanos, once.
Result<Money> rounded(Wide usage, const Share& share) {
    constexpr Wide pico_hours_per_nano = Wide{3600} * 1000;
    const auto part = times(usage, share.part);
    const auto whole = times(pico_hours_per_nano, share.whole);
    if (!part || !whole)
        return too_large();
    return to_money(divided(*part, *whole));
}

/// Usage of all months together, rounded once.
Result<Money> total(const PayingNodes& group, Used Usage::* which) {
    Wide usage = 0;
    for (const MonthUsage& month : group.months)
        if (__builtin_add_overflow(usage, (month.usage.*which).picos, &usage))
            return too_large();
    return rounded(usage, group.share);
}

/// Adds `nodes` nodes for a time of one or more prices.
Result<void> add(std::vector<PayingNodes>& groups, const NodeKind& kind, const Share& share,
                 std::span<const PricedTime> priced, std::size_t nodes, Used Usage::* which) {
    std::set<std::string_view> counted; // currencies
    for (const PricedTime& piece : priced) {
        PayingNodes& group = group_of(groups, kind, share, piece.price->currency);
        if (which == &Usage::running && counted.insert(group.currency).second)
            group.nodes += nodes;
        Time from = piece.from;
        do {
            const Time until = std::min(piece.to, month_after(from));
            const auto picos = times(piece.price->hourly.picos, (until - from).count());
            const auto usage = picos ? times(*picos, static_cast<Wide>(nodes)) : std::nullopt;
            Used& sum = usage_in(group, month_of(from)).*which;
            if (!usage || __builtin_add_overflow(sum.picos, *usage, &sum.picos))
                return too_large();
            // Seconds fit into 32 bits, nodes into far fewer.
            sum.node_seconds += (until - from).count() * static_cast<std::int64_t>(nodes);
            from = until;
        } while (from < piece.to);
    }
    return {};
}

} // namespace

Result<std::vector<PayingNodes>> used_by(const JobRun& run, std::size_t nodes,
                                         std::span<const KindCount> kinds,
                                         std::span<const NodeKind> known,
                                         std::span<const Timeline> timelines) {
    std::vector<PayingNodes> groups;
    const Time stop = run.start + run.elapsed;
    for (const auto& [index, number] : kinds) {
        const NodeKind& kind = known[index];
        const auto share = share_of(run, nodes, kind.capacity);
        if (!share)
            return std::unexpected(share.error());
        const auto running = timelines[index].between(run.start, stop);
        if (!running)
            return std::unexpected(running.error());
        if (auto done = add(groups, kind, *share, *running, number, &Usage::running); !done)
            return std::unexpected(done.error());
        if (run.suspended.count() == 0)
            continue;
        const auto held = timelines[index].between(stop, stop + run.suspended);
        if (!held)
            return std::unexpected(held.error());
        if (auto done = add(groups, kind, *share, *held, number, &Usage::suspended); !done)
            return std::unexpected(done.error());
    }
    return groups;
}

Result<Cost> cost_of(const PayingNodes& group) {
    const auto running = total(group, &Usage::running);
    const auto suspended = total(group, &Usage::suspended);
    if (!running)
        return std::unexpected(running.error());
    if (!suspended)
        return std::unexpected(suspended.error());
    return Cost{.instance_type = group.kind->key.instance_type,
                .purchase = group.kind->key.purchase,
                .nodes = group.nodes,
                .share = group.share,
                .currency = std::string(group.currency),
                .running = *running,
                .suspended = *suspended,
                .region = std::string(group.region)};
}

Result<std::vector<Money>> by_months(const PayingNodes& group, Money whole, Used Usage::* which) {
    std::vector<Wide> weights;
    Wide used = 0;
    for (const MonthUsage& month : group.months) {
        weights.push_back((month.usage.*which).picos);
        used |= weights.back();
    }
    if (used == 0)
        return std::vector<Money>(weights.size());
    return share_out(whole, weights);
}

Error of_job(const JobRun& run, const Error& error) {
    return {error.code, fmt::format("job {}: {}", run.job, error.message)};
}

} // namespace fairlead::cost
