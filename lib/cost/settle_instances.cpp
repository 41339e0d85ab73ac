#include "cost/settle_instances.hpp"

#include "cost/dump_runs.hpp"
#include "cost/months.hpp"

#include <algorithm>

namespace fairlead::cost {
namespace {

class Gathering {
  public:
    Gathering(const Instances& instances, Time month, Pricer& pricer)
        : instances_(instances), month_(month), pricer_(pricer), runs_(instances.all().size()) {}

    /// Puts a run's parts of the month to the instances that its nodes were.
    Result<void> add(const JobRun& run) {
        const Time end = run.start + run.elapsed + run.suspended;
        if (run.start >= month_after(month_) || end <= month_)
            return {};
        const auto parts = pricer_.price_by_node(run);
        if (!parts)
            return std::unexpected(parts.error());
        for (const NodePart& part : *parts) {
            if (part.month != month_)
                continue;
            const auto place = instances_.at(part.node, run.start, end);
            if (place)
                runs_[*place].push_back(part_of(run, part, end));
            else if (run.ended)
                sums_[part.currency].elsewhere += part.amount.nanos;
        }
        return {};
    }

    /// Those on an instance, in an order that no dump changes.
    std::vector<RunPart>& runs_on(std::size_t instance) {
        std::vector<RunPart>& runs = runs_[instance];
        std::ranges::sort(runs, {}, [](const RunPart& part) {
            return std::tie(part.entry.cluster, part.entry.run, part.entry.job, part.stay.from);
        });
        return runs;
    }

    std::map<std::string, SettledInstances::Sums>& sums() { return sums_; }

  private:
    static RunPart part_of(const JobRun& run, const NodePart& part, Time end) {
        MonthCost cost{.month = part.month,
                       .cost = {.instance_type = "",
                                .purchase = "",
                                .nodes = 1,
                                .share = part.share,
                                .currency = part.currency,
                                .running = part.amount,
                                .suspended = {}}};
        return {.entry = entry_for(run, run.cluster, run.db_index, cost),
                .stay = {run.start, end, part.share},
                .ended = run.ended};
    }

    const Instances& instances_;
    Time month_;
    Pricer& pricer_;
    std::vector<std::vector<RunPart>> runs_; ///< of each instance
    std::map<std::string, SettledInstances::Sums> sums_{};
};

void add(SettledInstances::Sums& to, const InstanceMonth& month) {
    to.cost += month.cost.nanos;
    to.runs += month.runs.nanos;
    to.boot += month.boot.nanos;
    to.idle += month.idle.nanos;
    to.refunded += month.refunded.nanos;
}

/// Enters what changed; says whether anything did.
Result<bool> enter_changes(Ledger& ledger, const std::vector<Entry>& now) {
    const auto closed = ledger.closed_through();
    if (!closed)
        return std::unexpected(closed.error());
    const auto known = ledger.latest("", now.front().run);
    if (!known)
        return std::unexpected(known.error());
    if (same_entries(*known, now, closed->value_or("")))
        return false;
    const auto done = enter(ledger, *known, now, closed->value_or(""));
    return done ? Result<bool>(true) : std::unexpected(done.error());
}

} // namespace

Result<SettledInstances> settle_instances(const Taken& taken, const Instances& instances,
                                          Time month, const Zone& zone, Pricer& pricer,
                                          Ledger& ledger,
                                          const std::function<void(const Error&)>& skipped) {
    Gathering gathering(instances, month, pricer);
    const TakeRuns into{.take = [&](const JobRun& run) { return gathering.add(run); },
                        .skipped = skipped};
    if (auto done = each_run(taken.dump, taken.name, zone, into); !done)
        return std::unexpected(done.error());
    SettledInstances settled{.sums = gathering.sums()};
    const auto enter_instance = [&](std::size_t index) -> Result<void> {
        const Instance& instance = instances.all()[index];
        const Interval billed = billed_in(instance, month, taken.seen);
        std::vector<RunPart>& runs = gathering.runs_on(index);
        if (billed.from == billed.to) {
            for (const RunPart& run : runs)
                settled.sums[run.entry.currency].elsewhere += run.entry.amount.nanos;
            return {};
        }
        const auto prices = pricer.prices_of(instance.node, billed.from, billed.to);
        if (!prices)
            return std::unexpected(prices.error());
        const auto divided = divide(instance, billed, *prices, runs);
        if (!divided)
            return std::unexpected(divided.error());
        add(settled.sums[divided->currency], *divided);
        const auto changed = enter_changes(ledger, entries_of(instance, month, *divided, runs));
        if (!changed)
            return std::unexpected(changed.error());
        ++settled.instances;
        settled.changed += *changed ? 1 : 0;
        return {};
    };
    const auto done = ledger.transaction([&]() -> Result<void> {
        for (std::size_t i = 0; i < instances.all().size(); ++i)
            if (auto entered = enter_instance(i); !entered)
                return entered;
        return {};
    });
    return done ? Result<SettledInstances>(settled) : std::unexpected(done.error());
}

} // namespace fairlead::cost
