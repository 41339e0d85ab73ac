#include "cost/instance_month.hpp"

#include "cost/months.hpp"

#include <algorithm>

namespace fairlead::cost {
namespace {

using std::chrono::seconds;

/// EC2 bills Linux by the second, and this much at least.
constexpr std::chrono::minutes least_billed(1);
constexpr std::chrono::hours free_when_reclaimed(1);
/// AWS tells an instance so long before it takes it back.
constexpr std::chrono::minutes notice(2);

std::vector<PricedTime> clipped(const std::vector<PricedTime>& prices, Time from, Time to) {
    std::vector<PricedTime> parts;
    for (const PricedTime& piece : prices)
        if (std::max(piece.from, from) < std::min(piece.to, to))
            parts.push_back({std::max(piece.from, from), std::min(piece.to, to), piece.price});
    return parts;
}

/// Picos times seconds: a price has 63 bits and a month 22.
Wide usage_of(const std::vector<PricedTime>& prices) {
    Wide usage = 0;
    for (const PricedTime& piece : prices)
        usage += Wide{piece.price->hourly.picos} * (piece.to - piece.from).count();
    return usage;
}

Result<std::string> currency_of(const Instance& instance, const std::vector<PricedTime>& prices) {
    std::string currency;
    for (const PricedTime& piece : prices) {
        if (!currency.empty() && currency != piece.price->currency)
            return fail(Code::C105, "{}: its price changes from {} to {}", instance.id, currency,
                        piece.price->currency);
        currency = piece.price->currency;
    }
    return currency;
}

/// What it costs before its node is ready, without what runs had of it then.
Result<Money> boot_cost(Money cost, const NodePrices& prices, const Interval& boot,
                        const std::vector<Stay>& stays) {
    const auto before = clipped(prices.prices, boot.from, boot.to);
    const Wide part = usage_of(before), whole = usage_of(prices.prices);
    if (part == 0 || cost.nanos == 0)
        return Money{};
    const Wide weights[] = {part, whole - part};
    const auto costs = share_out(cost, weights);
    if (!costs)
        return std::unexpected(costs.error());
    const auto divided = apportion(costs->front(), before, stays);
    if (!divided)
        return std::unexpected(divided.error());
    return divided->idle;
}

/// How long nobody was there.
std::int64_t empty_seconds(const Interval& time, std::vector<Stay> stays) {
    std::ranges::sort(stays, {}, &Stay::from);
    std::int64_t empty = 0;
    Time until = time.from;
    for (const Stay& stay : stays) {
        if (std::min(stay.from, time.to) > until)
            empty += (std::min(stay.from, time.to) - until).count();
        until = std::max(until, stay.to);
    }
    return empty + std::max<std::int64_t>(0, (time.to - until).count());
}

bool ended_with_it(const Instance& instance, const RunPart& run) {
    return instance.reclaimed && instance.ended && run.entry.kind == "node_fail" &&
           run.stay.from < *instance.ended && *instance.ended <= run.stay.to + notice;
}

Entry with(Entry entry, std::string_view kind, std::int64_t nanos) {
    entry.kind = kind;
    entry.amount.nanos = nanos;
    return entry;
}

/// Those of the instance itself: from the bill to where runs take their parts, and on to pools.
std::vector<Entry> entries_of_itself(const Entry& instance, const InstanceMonth& divided) {
    Entry bill = with(instance, "instance", divided.cost.nanos);
    bill.debit = "instances";
    bill.credit = "bill";
    std::vector<Entry> entries{bill};
    for (const auto& [kind, amount, time] :
         {std::tuple("boot", divided.boot, divided.boot_seconds),
          std::tuple("idle", divided.idle, divided.idle_seconds)}) {
        if (amount.nanos == 0 && time == 0)
            continue;
        entries.push_back(with(instance, kind, amount.nanos));
        entries.back().debit = std::string("pool:") + kind;
        entries.back().node_seconds = time;
    }
    return entries;
}

} // namespace

bool is_free(const Instance& instance, const PriceKey& key) {
    const PriceKey plain = normalized(key);
    return instance.reclaimed && instance.ended && plain.purchase == "spot" &&
           plain.os == "linux" && *instance.ended - instance.launched < free_when_reclaimed;
}

Interval billed_in(const Instance& instance, Time month, Time now) {
    const Time least = instance.launched + least_billed;
    const Time end = instance.ended ? std::max(*instance.ended, least) : now;
    const Time from = std::max(instance.launched, month);
    return {from, std::max(from, std::min(end, month_after(month)))};
}

Result<InstanceMonth> divide(const Instance& instance, const Interval& billed,
                             const NodePrices& prices, const std::vector<RunPart>& runs) {
    constexpr Wide pico_hours_per_nano = Wide{3600} * 1000;
    auto currency = currency_of(instance, prices.prices);
    if (!currency)
        return std::unexpected(currency.error());
    InstanceMonth month{.currency = std::move(*currency),
                        .instance_type = prices.key->instance_type,
                        .purchase = prices.key->purchase,
                        .region = prices.key->region,
                        .up_seconds = (billed.to - billed.from).count()};
    const bool free = is_free(instance, *prices.key);
    const auto cost =
        to_money(free ? 0 : cost::divided(usage_of(prices.prices), pico_hours_per_nano));
    if (!cost)
        return std::unexpected(cost.error());
    month.cost = *cost;
    std::vector<Stay> stays;
    Wide paid = 0, refunded = 0;
    for (const RunPart& run : runs) {
        stays.push_back(run.stay);
        paid += run.entry.amount.nanos;
        refunded += free && run.ended ? run.entry.amount.nanos : 0;
    }
    const Interval boot{billed.from, std::clamp(instance.ready.value_or(instance.launched),
                                                billed.from, billed.to)};
    const auto booted = boot_cost(month.cost, prices, boot, stays);
    const auto all = to_money(paid), back = to_money(refunded);
    if (!booted || !all || !back)
        return fail(Code::C105, "{}: what runs pay on it does not fit", instance.id);
    const auto idle = to_money(Wide{cost->nanos} - paid + refunded - booted->nanos);
    if (!idle)
        return std::unexpected(idle.error());
    month.runs = *all;
    month.refunded = *back;
    month.boot = *booted;
    month.idle = *idle;
    month.boot_seconds = (boot.to - boot.from).count();
    month.idle_seconds = empty_seconds({boot.to, billed.to}, stays);
    return month;
}

std::vector<Entry> entries_of(const Instance& instance, Time month, const InstanceMonth& divided,
                              const std::vector<RunPart>& runs) {
    const Time last = month_after(month) - seconds(1);
    const std::string name = fmt::format("instance {} {}", instance.id, month_name(month));
    const Entry itself{.run = name,
                       .period = month_name(month),
                       .day = day_name(std::min(instance.ended.value_or(last), last)),
                       .credit = "instances",
                       .currency = divided.currency,
                       .instance_type = divided.instance_type,
                       .purchase = divided.purchase,
                       .region = divided.region,
                       .note = fmt::format("{}, up {} s", instance.node, divided.up_seconds)};
    std::vector<Entry> entries = entries_of_itself(itself, divided);
    for (const RunPart& run : runs) {
        const std::int64_t paid = run.entry.amount.nanos;
        Entry entry = run.entry;
        entry.run = name;
        entry.cluster = "";
        entry.note = itself.note;
        entry.node_seconds = 0;
        if (!run.ended || paid == 0)
            continue;
        if (divided.refunded.nanos != 0) {
            entries.push_back(with(entry, "reclaim", -paid));
        } else if (ended_with_it(instance, run)) {
            entries.push_back(with(entry, "node_fail", -paid));
            entries.push_back(with(entry, "reclaim", paid));
        }
    }
    return entries;
}

} // namespace fairlead::cost
