#include "cost/counts.hpp"

#include "cost/dump_runs.hpp"
#include "cost/ledger_sums.hpp"
#include "cost/months.hpp"
#include "cost/names.hpp"
#include "cost/settle.hpp"

#include <map>

namespace fairlead::cost {
namespace {

using Accounts = std::map<std::string, CountedAccount>;

void count(const DaySum& sum, Accounts& accounts, Counts CountedAccount::* into) {
    if (sum.kind != "run" && sum.kind != "suspended" && sum.kind != "node_fail")
        return;
    CountedAccount& account = accounts[sum.payer];
    account.name = sum.payer;
    (account.*into).runs += sum.runs;
    (account.*into).node_seconds += sum.node_seconds;
}

/// Sums the entries that the runs should have.
Result<void> sum_dump(std::istream& dump, std::string_view name, std::string_view cluster,
                      const Zone& zone, Pricer& pricer, DaySums& sums,
                      const std::function<void(const Error&)>& skipped) {
    Result<void> summed;
    const auto take = [&](const JobRun& run) -> Result<void> {
        if (!run.ended || !summed)
            return {};
        const auto entries =
            entries_of(run, in_small_letters(run.cluster.empty() ? cluster : run.cluster),
                       run.db_index, pricer);
        if (!entries)
            return std::unexpected(entries.error());
        for (const Entry& entry : *entries)
            if (summed)
                summed = sums.add(entry);
        return {};
    };
    const auto done = each_run(dump, name, zone,
                               {.take = take, .skipped = skipped, .repeated = [](const Error&) {}});
    return done ? summed : done;
}

} // namespace

Result<std::vector<CountedAccount>>
counted_otherwise(std::istream& dump, std::string_view name, std::string_view cluster,
                  const Zone& zone, Time month, Pricer& pricer, Ledger& ledger,
                  const std::function<void(const Error&)>& skipped) {
    DaySums sums;
    if (auto done = sum_dump(dump, name, cluster, zone, pricer, sums, skipped); !done)
        return std::unexpected(done.error());
    const std::string from = month_name(month) + "-01", to = day_name(month_after(month));
    Accounts accounts;
    for (const auto& [key, sum] : sums.all())
        if (from <= sum.day && sum.day < to)
            count(sum, accounts, &CountedAccount::dumped);
    const auto done = ledger.sums(
        from, to, [&](const DaySum& sum) { count(sum, accounts, &CountedAccount::entered); });
    if (!done)
        return std::unexpected(done.error());
    std::vector<CountedAccount> otherwise;
    for (const auto& [payer, account] : accounts)
        if (account.dumped != account.entered)
            otherwise.push_back(account);
    return otherwise;
}

} // namespace fairlead::cost
