#include "cost/pricing.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"
#include "state/admitted.hpp"

#include <algorithm>

namespace fairlead::cost {
namespace {

/// Picos of a currency, times seconds, times nodes.
struct Usage {
    Wide running = 0;
    Wide suspended = 0;
};

/// Lines of output on the way, before they are rounded.
struct Group {
    const NodeKind* kind;
    Share share;
    std::string_view currency;
    std::size_t nodes = 0;
    Usage usage{};
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
        return fail(Code::C102, "job {}: AllocTRES is '{}'; expected a list such as cpu=4,mem=16G",
                    run.job, printable(run.alloc_tres));
    return dominant_share(*tres, nodes, capacity);
}

Group& group_of(std::vector<Group>& groups, const NodeKind& kind, const Share& share,
                std::string_view currency) {
    for (Group& group : groups)
        if (group.kind->key.instance_type == kind.key.instance_type &&
            group.kind->key.purchase == kind.key.purchase && group.share == share &&
            group.currency == currency)
            return group;
    return groups.emplace_back(&kind, share, currency);
}

/// Picos times seconds to nanos, once.
Result<Money> rounded(Wide usage, const Share& share) {
    constexpr Wide pico_hours_per_nano = Wide{3600} * 1000;
    const auto part = times(usage, share.part);
    const auto whole = times(pico_hours_per_nano, share.whole);
    if (!part || !whole)
        return fail(Code::C105, "price, time and share of a run do not fit into 128 bits");
    return to_money(divided(*part, *whole));
}

Result<Cost> cost_of(const Group& group) {
    const auto running = rounded(group.usage.running, group.share);
    const auto suspended = rounded(group.usage.suspended, group.share);
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

/// Adds `nodes` nodes for a time of one or more prices.
Result<void> add(std::vector<Group>& groups, const NodeKind& kind, const Share& share,
                 std::span<const PricedTime> priced, std::size_t nodes, Wide Usage::* where) {
    std::set<std::string_view> counted; // currencies
    for (const PricedTime& piece : priced) {
        Group& group = group_of(groups, kind, share, piece.price->currency);
        const auto picos = times(piece.price->hourly.picos, (piece.to - piece.from).count());
        const auto usage = picos ? times(*picos, static_cast<Wide>(nodes)) : std::nullopt;
        Wide& total = group.usage.*where;
        if (!usage || __builtin_add_overflow(total, *usage, &total))
            return fail(Code::C105, "price and time of a run do not fit into 128 bits");
        if (where == &Usage::running && counted.insert(group.currency).second)
            group.nodes += nodes;
    }
    return {};
}

std::string place(std::string_view name, std::size_t line) {
    return fmt::format("{}:{}: ", printable(name, 4096), line);
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
        return fail(kinds.error().code, "job {}: {}", run.job, kinds.error().message);
    std::size_t nodes = 0;
    for (const auto& [kind, number] : *kinds)
        nodes += number;
    std::vector<Group> groups;
    const Time stop = run.start + run.elapsed;
    for (const auto& [index, number] : *kinds) {
        const NodeKind& kind = kinds_[index];
        const auto share = share_of(run, nodes, kind.capacity);
        if (!share)
            return std::unexpected(share.error());
        const auto running = timelines_[index].between(run.start, stop);
        const auto suspended = timelines_[index].between(stop, stop + run.suspended);
        if (!running)
            return fail(running.error().code, "job {}: {}", run.job, running.error().message);
        if (auto done = add(groups, kind, *share, *running, number, &Usage::running); !done)
            return std::unexpected(done.error());
        if (run.suspended.count() == 0)
            continue;
        if (!suspended)
            return fail(suspended.error().code, "job {}: {}", run.job, suspended.error().message);
        if (auto done = add(groups, kind, *share, *suspended, number, &Usage::suspended); !done)
            return std::unexpected(done.error());
    }
    std::vector<Cost> costs;
    for (const Group& group : groups) {
        auto cost = cost_of(group);
        if (!cost)
            return fail(cost.error().code, "job {}: {}", run.job, cost.error().message);
        costs.push_back(std::move(*cost));
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
