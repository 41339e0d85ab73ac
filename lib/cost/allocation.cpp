#include "cost/allocation.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>

namespace fairlead::cost {
namespace {

constexpr Wide millibytes_per_mib = Wide{1024} * 1024 * 1000;

/// At most the whole: more CPUs or memory than the list of nodes knows is still one node.
Share share_of(Wide part, Wide whole) {
    if (part >= whole)
        return {};
    const Wide divisor = greatest_divisor(whole, part);
    return {part / divisor, whole / divisor};
}

/// Fractions below one of numbers that fit in 64 bits and a bit, so products fit.
bool larger(const Share& a, const Share& b) {
    const auto left = times(a.part, b.whole), right = times(b.part, a.whole);
    return left && right && *left > *right;
}

std::optional<std::int64_t> read_count(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

/// "16G", "7.81G", "4000M", "4000" in thousandths of a byte.
std::optional<std::int64_t> read_memory(std::string_view text) {
    constexpr std::string_view units = "KMGTP";
    std::size_t unit = 1;
    if (!text.empty())
        if (const std::size_t named = units.find(text.back()); named != std::string_view::npos) {
            unit = named;
            text.remove_suffix(1);
        }
    // With more than three places, in thousandths of a thousandth, and rounded at the end.
    if (!read_decimal(text, 3))
        if (const auto fine = read_decimal(text, 9); fine && *fine >= 0) {
            constexpr Wide finer = 1'000'000;
            Wide bytes = *fine;
            for (std::size_t i = 0; i <= unit; ++i)
                bytes *= 1024; // at most six times, of a number of 63 bits
            const auto rounded = to_money(divided(bytes, finer));
            return rounded ? std::optional(rounded->nanos) : std::nullopt;
        }
    std::optional<std::int64_t> value = read_decimal(text, 3);
    for (std::size_t i = 0; value && i <= unit; ++i)
        if (*value < 0 || __builtin_mul_overflow(*value, std::int64_t{1024}, &*value))
            return std::nullopt;
    return value;
}

using Weights = std::vector<Wide>;

/// Times at which somebody comes or goes, or the price changes.
std::vector<Time> edges_of(std::span<const PricedTime> priced, std::span<const Stay> stays) {
    std::vector<Time> edges;
    for (const PricedTime& stretch : priced)
        edges.insert(edges.end(), {stretch.from, stretch.to});
    const Time from = priced.front().from, to = priced.back().to;
    for (const Stay& stay : stays)
        for (const Time edge : {stay.from, stay.to})
            if (edge > from && edge < to)
                edges.push_back(edge);
    std::ranges::sort(edges);
    edges.erase(std::ranges::unique(edges).begin(), edges.end());
    return edges;
}

/// What each stretch between two edges weighs: its price times its seconds.
std::optional<Weights> weights_of(const std::vector<Time>& edges,
                                  std::span<const PricedTime> priced) {
    Weights weights;
    std::size_t now = 0;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        while (priced[now].to <= edges[i])
            ++now;
        const auto weight =
            times(priced[now].price->hourly.picos, (edges[i + 1] - edges[i]).count());
        if (!weight)
            return std::nullopt;
        weights.push_back(*weight);
    }
    return weights;
}

/// The parts of those who are there, over a common whole, and the idle rest as the last.
std::optional<Weights> parts_of(std::span<const Stay> stays,
                                const std::vector<std::size_t>& there) {
    Wide whole = 1;
    for (const std::size_t index : there) {
        const Wide other = stays[index].share.whole;
        const auto common = times(whole / greatest_divisor(whole, other), other);
        if (!common)
            return std::nullopt;
        whole = *common;
    }
    Weights parts;
    Wide rest = whole;
    for (const std::size_t index : there) {
        parts.push_back(whole / stays[index].share.whole * stays[index].share.part);
        rest -= parts.back();
    }
    parts.push_back(std::max<Wide>(rest, 0));
    return parts;
}

} // namespace

std::string show_share(const Share& share) {
    const Wide billion = Wide{nanos_per_unit};
    const auto nanos = static_cast<std::int64_t>(divided(share.part * billion, share.whole));
    return show_nanos(Money{nanos});
}

std::optional<Tres> read_tres(std::string_view text) {
    Tres tres;
    std::optional<std::int64_t> gpus;
    std::int64_t typed_gpus = 0;
    for (const std::string_view item : split(text, ',')) {
        const std::size_t equals = item.find('=');
        if (equals == std::string_view::npos || equals == 0)
            return std::nullopt;
        const std::string_view name = item.substr(0, equals), value = item.substr(equals + 1);
        const auto count = name == "mem" ? read_memory(value) : read_count(value);
        const bool gpu = name == "gres/gpu" || name.starts_with("gres/gpu:");
        if (!count && (name == "cpu" || name == "mem" || gpu))
            return std::nullopt;
        if (name == "cpu")
            tres.cpus = count;
        else if (name == "mem")
            tres.memory_millibytes = count;
        else if (name == "gres/gpu")
            gpus = count;
        else if (gpu && __builtin_add_overflow(typed_gpus, *count, &typed_gpus))
            return std::nullopt;
    }
    tres.gpus = gpus.value_or(typed_gpus);
    return tres;
}

Share dominant_share(const Tres& tres, std::size_t nodes, const Capacity& capacity) {
    const Wide on = static_cast<Wide>(nodes);
    if (tres.gpus > 0 && capacity.gpus.value_or(0) == 0)
        return {};
    std::vector<Share> shares;
    if (tres.cpus && capacity.cpus)
        shares.push_back(share_of(*tres.cpus, on * *capacity.cpus));
    if (tres.memory_millibytes && capacity.memory_mb)
        shares.push_back(share_of(*tres.memory_millibytes,
                                  on * (Wide{*capacity.memory_mb} * 1000 + capacity.memory_rest) *
                                      (millibytes_per_mib / 1000)));
    if (tres.gpus > 0)
        shares.push_back(share_of(tres.gpus, on * *capacity.gpus));
    if (shares.empty())
        return {};
    return *std::ranges::max_element(shares,
                                     [](const Share& a, const Share& b) { return larger(b, a); });
}

Result<Apportioned> apportion(Money cost, std::span<const PricedTime> priced,
                              std::span<const Stay> stays) {
    Apportioned result{.stays = std::vector<Money>(stays.size()), .idle = {}};
    if (priced.empty() || cost.nanos == 0)
        return result;
    const std::vector<Time> edges = edges_of(priced, stays);
    const auto weights = weights_of(edges, priced);
    if (!weights)
        return fail(Code::C105, "a price times the seconds it holds does not fit");
    const auto stretches = share_out(cost, *weights);
    if (!stretches)
        return std::unexpected(stretches.error());
    for (std::size_t i = 0; i < stretches->size(); ++i) {
        std::vector<std::size_t> there;
        for (std::size_t stay = 0; stay < stays.size(); ++stay)
            if (stays[stay].from <= edges[i] && stays[stay].to > edges[i])
                there.push_back(stay);
        const auto parts = parts_of(stays, there);
        if (!parts)
            return fail(Code::C105, "the shares of {} jobs have no common measure", there.size());
        const auto amounts = share_out((*stretches)[i], *parts);
        if (!amounts)
            return std::unexpected(amounts.error());
        for (std::size_t n = 0; n < there.size(); ++n)
            result.stays[there[n]].nanos += (*amounts)[n].nanos;
        result.idle.nanos += amounts->back().nanos;
    }
    return result;
}

std::vector<std::pair<Time, Time>> by_month(Time from, Time to) {
    std::vector<std::pair<Time, Time>> months;
    while (from < to) {
        const Time until = std::min(to, month_after(from));
        months.emplace_back(from, until);
        from = until;
    }
    return months;
}

} // namespace fairlead::cost
