#include "cost/reconcile.hpp"

#include "base/words.hpp"
#include "cost/instance_month.hpp"
#include "cost/months.hpp"
#include "cost/names.hpp"

#include <algorithm>
#include <set>

namespace fairlead::cost {
namespace {

constexpr Wide picos_per_nano = 1000;

/// The hours that an instance ran in the month, each with its price times its seconds.
Result<std::map<Time, Wide>> hours_of(const Instance& instance, Time month, const Pricer& pricer) {
    std::map<Time, Wide> weights;
    const Interval billed = billed_in(instance, month, month_after(month));
    if (billed.from == billed.to)
        return weights;
    const auto prices = pricer.prices_of(instance.node, billed.from, billed.to);
    if (!prices)
        return std::unexpected(prices.error());
    for (const PricedTime& piece : prices->prices)
        for (Time from = piece.from; from < piece.to;) {
            const Time hour = std::chrono::floor<std::chrono::hours>(from);
            const Time until = std::min(piece.to, hour + std::chrono::hours(1));
            weights[hour] += Wide{piece.price->hourly.picos} * (until - from).count();
            from = until;
        }
    return weights;
}

/// What is billed and what is entered, hour by hour.
Result<std::vector<ReconciledHour>> compared(const std::map<Time, Wide>& billed, Money entered,
                                             const std::map<Time, Wide>& weights) {
    std::set<Time> times;
    for (const auto* hours : {&billed, &weights})
        for (const auto& [hour, amount] : *hours)
            times.insert(hour);
    std::vector<Wide> picos, parts;
    Wide used = 0;
    for (const Time hour : times) {
        picos.push_back(billed.contains(hour) ? billed.at(hour) : 0);
        parts.push_back(weights.contains(hour) ? weights.at(hour) : 0);
        used |= parts.back();
    }
    if (used == 0 && !parts.empty())
        parts.front() = 1;
    const auto nanos = divided_parts(picos, picos_per_nano);
    std::vector<Money> shares(times.size());
    if (entered.nanos != 0 && !times.empty()) {
        auto shared = share_out(entered, parts);
        if (!shared)
            return std::unexpected(shared.error());
        shares = std::move(*shared);
    }
    std::vector<ReconciledHour> hours;
    for (const Time hour : times) {
        const std::size_t place = hours.size();
        const auto money = to_money(nanos[place]);
        if (!money)
            return std::unexpected(money.error());
        hours.push_back({hour, *money, shares[place]});
    }
    return hours;
}

class Comparing {
  public:
    Comparing(Ledger& ledger, const Instances& instances, Time month, Pricer& pricer)
        : ledger_(ledger), month_(month), pricer_(pricer) {
        for (const Instance& instance : instances.all())
            by_id_.emplace(instance.id, &instance);
    }

    /// One of the bill; or without a currency of the list, where the bill does not have it.
    Result<void> add(const std::string& id, const std::string& currency,
                     const std::map<Time, Wide>& billed) {
        const auto known =
            ledger_.latest("", fmt::format("instance {} {}", id, month_name(month_)));
        if (!known)
            return std::unexpected(known.error());
        ReconciledInstance line{.id = id, .currency = currency};
        const auto listed = by_id_.find(id);
        std::map<Time, Wide> weights;
        if (listed != by_id_.end()) {
            line.node = listed->second->node;
            auto hours = hours_of(*listed->second, month_, pricer_);
            if (!hours)
                return std::unexpected(hours.error());
            weights = std::move(*hours);
        }
        if (!known->empty() && (known->front().currency == currency || currency.empty())) {
            line.entered_at_all = true;
            entered_.insert(id);
            line.currency = known->front().currency;
            line.entered = known->front().amount;
            line.instance_type = known->front().instance_type;
            line.purchase = known->front().purchase;
        }
        if (line.currency.empty())
            return {};
        auto hours = compared(billed, line.entered, weights);
        if (!hours)
            return std::unexpected(hours.error());
        line.hours = std::move(*hours);
        for (const ReconciledHour& hour : line.hours)
            if (__builtin_add_overflow(line.billed.nanos, hour.billed.nanos, &line.billed.nanos))
                return fail(Code::C105, "what {} is billed does not fit", id);
        done_.push_back(std::move(line));
        return {};
    }

    /// Whether one was compared with what the ledger has of it.
    bool has(const std::string& id) const { return entered_.contains(id); }

    std::vector<ReconciledInstance> instances() && { return std::move(done_); }

  private:
    Ledger& ledger_;
    Time month_;
    Pricer& pricer_;
    std::map<std::string, const Instance*> by_id_{};
    std::set<std::string> entered_{};
    std::vector<ReconciledInstance> done_{};
};

constexpr std::string_view of_instances = "instances", of_true_up = "true-up", pool = "pool:";

using Lines = std::map<std::pair<std::string, std::string>, ReconciledLine>;

ReconciledLine& line_in(Lines& lines, const std::string& name, const std::string& currency) {
    ReconciledLine& line = lines[{name, currency}];
    line.name = name;
    line.currency = currency;
    return line;
}

/// What came from the bill into the ledger beside instances.
Result<void> add_entered(Ledger& ledger, Time month, Lines& pools, Lines& trued) {
    const std::string name = month_name(month);
    const auto known = ledger.latest("", "true-up " + name);
    if (!known)
        return std::unexpected(known.error());
    for (const Entry& entry : *known)
        line_in(trued, std::string(of_true_up), entry.currency).entered += entry.amount.nanos;
    return ledger.entries(
        name + "-01", day_name(month_after(month)), [&](std::int64_t, const Entry& entry) {
            if (entry.credit == "bill" && entry.debit.starts_with(pool) &&
                entry.run.starts_with("pool "))
                line_in(pools, entry.debit, entry.currency).entered += entry.amount.nanos;
        });
}

/// "fsx" of "AmazonFSx", of "Amazon FSx" as well.
std::string short_name(std::string_view service) {
    for (const std::string_view owner : {"Amazon", "AWS"})
        if (service.starts_with(owner)) {
            service.remove_prefix(owner.size());
            break;
        }
    return in_small_letters(trimmed(service));
}

/// The service of the bill that a pool stands for; empty for none.
std::string service_of(std::string_view name, const Lines& services, const PoolServices& named) {
    const auto known = named.find(std::string(name));
    if (known != named.end())
        return known->second;
    constexpr std::size_t shortest = 2; // "s3"
    const std::string start = in_small_letters(name.substr(0, name.find('-')));
    std::set<std::string> fit;
    for (const auto& [key, line] : services)
        if (start.size() >= shortest && short_name(key.first).starts_with(start))
            fit.insert(key.first);
    return fit.size() == 1 ? *fit.begin() : "";
}

Wide without_sign(Wide amount) { return amount < 0 ? -amount : amount; }

void append(std::vector<ReconciledLine>& to, const Lines& lines) {
    for (const auto& [key, line] : lines)
        to.push_back(line);
}

} // namespace

std::map<std::string, Wide> Reconciliation::residual() const {
    std::map<std::string, Wide> residual;
    for (const ReconciledLine& line : lines)
        residual[line.currency] += line.billed - line.entered;
    return residual;
}

std::map<std::string, Wide> Reconciliation::differences() const {
    std::map<std::string, bool> trued;
    for (const ReconciledLine& line : lines)
        trued[line.currency] |= trued_up || line.name == of_true_up;
    std::map<std::string, Wide> all;
    for (const ReconciledInstance& instance : instances)
        if (instance.entered_at_all && !trued[instance.currency])
            all[instance.currency] += without_sign(instance.residual());
    Lines together;
    for (const ReconciledLine& line : lines) {
        const bool instance = line.name == of_instances || line.name == of_true_up;
        if (instance && !trued[line.currency])
            continue;
        const std::string& name = line.with.empty() ? line.name : line.with;
        line_in(together, instance ? std::string(of_instances) : name, line.currency).billed +=
            line.billed - line.entered;
    }
    for (const auto& [key, line] : together)
        all[line.currency] += without_sign(line.billed);
    return all;
}

Result<Reconciliation> reconcile(Ledger& ledger, const Bill& bill, const Instances& instances,
                                 Time month, Pricer& pricer, const PoolServices& services_of) {
    Comparing comparing(ledger, instances, month, pricer);
    for (const auto& [key, hours] : bill.instances)
        if (auto done = comparing.add(key.first, key.second, hours); !done)
            return std::unexpected(done.error());
    for (const Instance& instance : instances.all())
        if (!comparing.has(instance.id))
            if (auto done = comparing.add(instance.id, "", {}); !done)
                return std::unexpected(done.error());
    Reconciliation all{.instances = std::move(comparing).instances()};
    std::ranges::sort(all.instances, {}, [](const ReconciledInstance& instance) {
        return std::tie(instance.id, instance.currency);
    });
    Lines known, unknown, trued, services, pools;
    for (const ReconciledInstance& instance : all.instances) {
        ReconciledLine& line =
            instance.entered_at_all
                ? line_in(known, std::string(of_instances), instance.currency)
                : line_in(unknown, "instances not in the ledger", instance.currency);
        line.billed += instance.billed.nanos;
        line.entered += instance.entered.nanos;
    }
    for (const auto& [key, picos] : bill.services)
        line_in(services, key.first, key.second).billed = divided(picos, picos_per_nano);
    if (auto done = add_entered(ledger, month, pools, trued); !done)
        return std::unexpected(done.error());
    for (auto& [key, line] : pools)
        line.with =
            service_of(std::string_view(key.first).substr(pool.size()), services, services_of);
    for (const Lines* lines : {&known, &trued, &unknown, &services, &pools})
        append(all.lines, *lines);
    return all;
}

} // namespace fairlead::cost
