#include "cost/partitions.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <charconv>

namespace fairlead::cost {
namespace {

using std::chrono::minutes;

/// "NONE" and "UNLIMITED" are no time; else [DAYS-]HOURS:MINUTES:SECONDS, as scontrol prints every
/// other.
Result<std::optional<minutes>> read_limit(std::string_view text) {
    if (text == "NONE" || text == "UNLIMITED")
        return std::nullopt;
    std::uint64_t days = 0;
    if (const auto dash = text.find('-'); dash != std::string_view::npos) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + dash, days);
        if (error != std::errc{} || end != text.data() + dash || days > 100'000)
            return fail(Code::C108, "'{}' is no time", printable(text));
        text.remove_prefix(dash + 1);
    }
    std::uint64_t seconds = 0;
    const auto parts = split(text, ':');
    for (const std::string_view part : parts) {
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
        if (parts.size() != 3 || error != std::errc{} || end != part.data() + part.size() ||
            number > 99)
            return fail(Code::C108, "'{}' is no time", printable(text));
        seconds = seconds * 60 + number;
    }
    return minutes(static_cast<std::int64_t>(days * 24 * 60 + (seconds + 59) / 60));
}

Result<void> take(std::string_view name, std::string_view value, Partition& partition) {
    const auto limit = [&](std::optional<minutes>& into) -> Result<void> {
        auto read = read_limit(value);
        if (!read)
            return std::unexpected(read.error());
        into = *read;
        return {};
    };
    if (name == "DefaultTime")
        return limit(partition.default_time);
    if (name == "MaxTime")
        return limit(partition.most_time);
    if (name == "Default")
        partition.is_default = value == "YES";
    if (name != "Nodes" || value == "(null)" || value.empty())
        return {};
    auto nodes = expand_host_list(value);
    if (!nodes)
        return fail(Code::C108, "'{}' is no list of nodes", printable(value));
    partition.nodes = std::move(*nodes);
    return {};
}

Result<Partition> parse_line(std::string_view line) {
    constexpr std::string_view start = "PartitionName=";
    if (!line.starts_with(start))
        return fail(Code::C108, "'{}' does not begin with {}", printable(line), start);
    Partition partition{.name =
                            std::string(line.substr(start.size(), line.find(' ') - start.size()))};
    for (const std::string_view word : split(line, ' '))
        if (const auto equals = word.find('='); equals != std::string_view::npos)
            if (auto done = take(word.substr(0, equals), word.substr(equals + 1), partition); !done)
                return std::unexpected(done.error());
    return partition;
}

template <class Value>
void keep_least(std::optional<std::uint64_t>& least, const std::optional<Value>& value) {
    if (value && (!least || static_cast<std::uint64_t>(*value) < *least))
        least = static_cast<std::uint64_t>(*value);
}

/// When a price of the book begins or ends within these times.
std::vector<Time> changes(const PriceBook& book, const Interval& times) {
    std::vector<Time> moments;
    for (const Price& price : book.prices())
        for (const std::optional<Time>& bound : {price.from, price.to})
            if (bound && *bound > times.from && *bound < times.to)
                moments.push_back(*bound);
    std::ranges::sort(moments);
    moments.erase(std::ranges::unique(moments).begin(), moments.end());
    return moments;
}

/// The highest price of one instance: at first, and whenever one changes. Later times that have
/// none yet are taken to cost what the others do.
Result<const Price*> price_of(const NodeKind& kind, const PriceBook& book, const Interval& times) {
    const Timeline line = book.timeline(kind.key);
    const auto first = line.between(times.from, times.from);
    if (!first)
        return std::unexpected(first.error());
    const Price* highest = first->front().price;
    for (const Time moment : changes(book, times)) {
        const auto prices = line.between(moment, moment);
        if (!prices)
            continue;
        const Price* price = prices->front().price;
        if (price->currency != highest->currency)
            return fail(Code::C103, "{} and {} give it prices in {} and {}", highest->place,
                        price->place, highest->currency, price->currency);
        if (price->hourly > highest->hourly)
            highest = price;
    }
    return highest;
}

Result<PartitionCost> priced(const Partition& partition, const Nodes& nodes, const PriceBook& book,
                             const Interval& times) {
    PartitionCost cost{.name = partition.name,
                       .dearest = {},
                       .currency = {},
                       .nodes = partition.nodes.size(),
                       .default_time = partition.default_time,
                       .most_time = partition.most_time};
    std::vector<bool> seen(nodes.kinds().size());
    for (const std::string& node : partition.nodes) {
        const auto index = nodes.find(node);
        if (!index)
            return fail(Code::C103, "the list of nodes has no {}, of partition {}", printable(node),
                        printable(partition.name));
        if (seen[*index])
            continue;
        seen[*index] = true;
        const NodeKind& kind = nodes.kinds()[*index];
        const auto price = price_of(kind, book, times);
        if (!price)
            return fail(price.error().code, "node {}: {}", printable(node), price.error().message);
        if (!cost.currency.empty() && cost.currency != (*price)->currency)
            return fail(Code::C103, "the nodes of partition {} have prices in {} and {}",
                        printable(partition.name), cost.currency, (*price)->currency);
        cost.currency = (*price)->currency;
        cost.dearest = std::max(cost.dearest, (*price)->hourly);
        keep_least(cost.cpus, kind.capacity.cpus);
        keep_least(cost.gpus, kind.capacity.gpus);
        keep_least(cost.memory_mb, kind.capacity.memory_mb);
    }
    return cost;
}

} // namespace

minutes looked_ahead(minutes assumed) { return std::max<minutes>(assumed, std::chrono::days(31)); }

Result<std::vector<Partition>> parse_partitions(std::string_view text, std::string_view source) {
    std::vector<Partition> partitions;
    std::size_t number = 0;
    for (const std::string_view line : split(text, '\n')) {
        ++number;
        if (trimmed(line).empty())
            continue;
        auto partition = parse_line(trimmed(line));
        if (!partition)
            return fail(partition.error().code, "{}:{}: {}", source, number,
                        partition.error().message);
        partitions.push_back(std::move(*partition));
    }
    if (partitions.empty())
        return fail(Code::C108, "{} has no partition", source);
    return partitions;
}

Result<std::vector<PartitionCost>> priced(std::span<const Partition> partitions,
                                          std::span<const std::string> names, const Nodes& nodes,
                                          const PriceBook& book, Time now, minutes unlimited) {
    for (const std::string& name : names)
        if (std::ranges::find(partitions, name, &Partition::name) == partitions.end())
            return fail(Code::C103, "the cluster has no partition {}", printable(name));
    std::vector<PartitionCost> costs;
    for (const Partition& partition : partitions) {
        const bool wanted =
            names.empty() || std::ranges::find(names, partition.name) != names.end();
        if (!wanted || partition.nodes.empty())
            continue;
        const minutes longest = partition.most_time.value_or(unlimited);
        auto cost = priced(partition, nodes, book, {now, now + longest});
        if (!cost)
            return std::unexpected(cost.error());
        costs.push_back(std::move(*cost));
    }
    return costs;
}

} // namespace fairlead::cost
