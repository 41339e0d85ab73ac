#include "cli/cost_report_ledger.hpp"

#include "config/paths.hpp"
#include "cost/committed.hpp"
#include "cost/months.hpp"

#include <chrono>

namespace fairlead::cli {
namespace {

cost::Time now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// The end of the ledger; of closed months what it was when they were closed.
Result<cost::Verified> head_of(cost::Ledger& ledger, const std::vector<cost::Closing>& closings,
                               cost::Query& query) {
    const std::string last = cost::month_name(query.to - std::chrono::seconds(1));
    for (const cost::Closing& closing : closings)
        if (last <= closing.month) {
            query.as_of = query.to;
            return cost::Verified{.entries = closing.entry, .head = closing.head};
        }
    const auto until = ledger.settled_until();
    if (!until)
        return std::unexpected(until.error());
    query.as_of = std::min(cost::Time(std::chrono::seconds(until->value_or(0))), now());
    return ledger.head();
}

/// What comes late for a closed month will count in an open one.
Result<std::int64_t> open_unpriced(cost::Ledger& ledger, const std::optional<std::string>& closed,
                                   const cost::Query& query) {
    cost::Time from = query.from;
    if (const auto month = closed ? cost::read_month(*closed) : std::nullopt)
        from = std::max(from, cost::month_after(*month));
    return ledger.waiting(from.time_since_epoch().count(), query.to.time_since_epoch().count());
}

} // namespace

Result<LedgerState> state_of(cost::Ledger& ledger, cost::Groups groups, cost::Query& query) {
    const auto closings = ledger.closings();
    if (!closings)
        return std::unexpected(closings.error());
    auto over_time = cost::GroupsOverTime::with(std::move(groups), *closings);
    if (!over_time)
        return std::unexpected(over_time.error());
    auto head = head_of(ledger, *closings, query);
    if (!head)
        return std::unexpected(head.error());
    const auto closed = closings->empty() ? std::nullopt : std::optional(closings->back().month);
    const auto unpriced = open_unpriced(ledger, closed, query);
    if (!unpriced)
        return std::unexpected(unpriced.error());
    return LedgerState{.groups = std::move(*over_time),
                       .head = std::move(*head),
                       .closed_through = closed,
                       .unpriced = *unpriced};
}

Result<void> read_sums(cost::Ledger& ledger, const cost::Interval& needed,
                       const cost::TakeCharge& take) {
    const std::string from = cost::day_name(needed.from), to = cost::day_name(needed.to);
    cost::Charge charge;
    auto done = ledger.sums(from, to, [&](const cost::DaySum& sum) {
        charge.sum = sum;
        if (sum.kind != "adjustment")
            take(charge);
    });
    if (!done)
        return done;
    return ledger.adjustments(
        from, to, [&](std::int64_t, const cost::Entry& entry) { cost::charges_of(entry, take); });
}

void take_committed(cost::Reporter& reporter, const cost::Query& query, const Session& session) {
    const auto settings = cost::load_settings(session.config_path);
    const auto snapshot =
        cost::read_budgets(std::filesystem::path(config::run_dir) / "admission" / "budgets.json");
    if (!settings || !*settings || !snapshot || snapshot->taken < query.from ||
        snapshot->taken >= query.to ||
        std::chrono::system_clock::now() - snapshot->taken > (*settings)->stale_after)
        return;
    for (const cost::Committed& one : cost::committed_of(*snapshot))
        reporter.held(one.group, one.currency, one.amount);
}

} // namespace fairlead::cli
