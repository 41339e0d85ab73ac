#include "cost/pricing.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"
#include "state/admitted.hpp"

#include <algorithm>

namespace fairlead::cost {
namespace {

/// Picos of a currency, times seconds, times nodes; and the same without the picos.
struct Used {
    Wide picos = 0;
    std::int64_t node_seconds = 0;
};

struct Usage {
    Used running{};
    Used suspended{};
};

struct MonthUsage {
    Time month;
    Usage usage{};
};

/// A line of output on the way, before it is rounded.
struct PayingNodes {
    const NodeKind* kind;
    Share share;
    std::string_view currency;
    std::size_t nodes = 0;
    std::vector<MonthUsage> months{}; ///< rising
};

/// Jobs that need the whole network of a node pay the whole node. The record is slurmctld's word;
/// what an admin wrote over it is no reason to fail.
bool pays_whole_nodes(const JobRun& run) {
    if (!run.admin_comment.starts_with(R"({"schema":"fairlead.admitted)"))
        return false;
    const auto admitted = state::decode_admitted(run.admin_comment);
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
            group.currency == currency)
            return group;
    return groups.emplace_back(&kind, share, currency);
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
                .suspended = *suspended};
}

/// The whole among the months that it was used in.
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

std::string place(std::string_view name, std::size_t line) {
    return fmt::format("{}:{}: ", printable(name, 4096), line);
}

/// What the nodes of a run are used for, each kind with its prices.
Result<std::vector<PayingNodes>> used_by(const JobRun& run,
                                         std::span<const std::pair<std::size_t, std::size_t>> kinds,
                                         std::span<const NodeKind> known,
                                         std::span<const Timeline> timelines) {
    std::size_t nodes = 0;
    for (const auto& [kind, number] : kinds)
        nodes += number;
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

std::unexpected<Error> of_job(const JobRun& run, const Error& error) {
    return fail(error.code, "job {}: {}", run.job, error.message);
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

Result<Pricer::Kinds> Pricer::count_kinds(std::string_view host_list) const {
    const auto names = expand_host_list(host_list);
    if (!names)
        return fail(Code::C102, "NodeList is '{}'; expected a host list such as n[1-4]",
                    printable(host_list));
    if (!nodes_)
        return Kinds{{0, names->size()}};
    Kinds kinds;
    for (const std::string& name : *names) {
        const auto kind = nodes_->find(name);
        if (!kind)
            return fail(Code::C103, "node {} is not in the list of nodes", name);
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
        return of_job(run, kinds.error());
    const auto groups = used_by(run, *kinds, kinds_, timelines_);
    if (!groups)
        return of_job(run, groups.error());
    std::vector<Cost> costs;
    for (const PayingNodes& group : *groups) {
        auto cost = cost_of(group);
        if (!cost)
            return of_job(run, cost.error());
        costs.push_back(std::move(*cost));
    }
    return costs;
}

Result<std::vector<MonthCost>> Pricer::price_by_month(const JobRun& run) {
    const auto kinds = kinds_of(run.nodes);
    if (!kinds)
        return of_job(run, kinds.error());
    const auto groups = used_by(run, *kinds, kinds_, timelines_);
    if (!groups)
        return of_job(run, groups.error());
    std::vector<MonthCost> costs;
    for (const PayingNodes& group : *groups) {
        const auto whole = cost_of(group);
        if (!whole)
            return of_job(run, whole.error());
        const auto running = by_months(group, whole->running, &Usage::running);
        const auto suspended = by_months(group, whole->suspended, &Usage::suspended);
        for (const auto* parts : {&running, &suspended})
            if (!*parts)
                return of_job(run, parts->error());
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

bool SeenRuns::first(const JobRun& run) {
    const bool numbered = !run.db_index.empty() && run.db_index != "0";
    std::string key = numbered ? fmt::format("{} {}", run.cluster, run.db_index)
                               : fmt::format("{} {} {}", run.cluster, run.job,
                                             run.start.time_since_epoch().count());
    return seen_.insert(std::move(key)).second;
}

Result<void> price_dump(std::istream& dump, std::string_view name, const Zone& zone, Pricer& pricer,
                        const PricedDump& take) {
    std::string line;
    std::getline(dump, line);
    auto rows = Dump::with_header(line, zone);
    if (!rows)
        return fail(rows.error().code, "{}{}", place(name, 1), rows.error().message);
    SeenRuns seen;
    for (std::size_t number = 2; std::getline(dump, line); ++number) {
        const auto skip = [&](const Error& error) {
            take.skipped({error.code, place(name, number) + error.message});
        };
        const auto run = rows->read(line);
        if (!run) {
            skip(run.error());
            continue;
        }
        if (!*run)
            continue;
        const auto costs = pricer.price(**run);
        if (!costs)
            skip(costs.error());
        else if (!seen.first(**run))
            skip({Code::C102, fmt::format("job {}: this run was counted already", (*run)->job)});
        else
            take.priced(**run, *costs);
    }
    return {};
}

} // namespace fairlead::cost
