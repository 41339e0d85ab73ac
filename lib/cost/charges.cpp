#include "cost/charges.hpp"

#include "cost/settle.hpp"

#include <algorithm>

namespace fairlead::cost {
namespace {

bool pays(std::string_view name) { return name.find(':') != std::string_view::npos; }

Charge charge_of(const Entry& entry) {
    const bool back = entry.kind.starts_with('-');
    return {.sum = {.day = entry.day,
                    .cluster = entry.cluster,
                    .kind = entry.kind.substr(back ? 1 : 0),
                    .user = entry.user,
                    .partition = entry.partition,
                    .wckey = entry.wckey,
                    .instance_type = entry.instance_type,
                    .purchase = entry.purchase,
                    .currency = entry.currency,
                    .node_seconds = entry.node_seconds,
                    .cpu_seconds = entry.cpu_seconds,
                    .gpu_seconds = entry.gpu_seconds,
                    .amount = entry.amount},
            .run = entry.run,
            .job = entry.job,
            .state = entry.state,
            .qos = entry.qos,
            .region = entry.region,
            .author = entry.author,
            .note = entry.note};
}

Result<std::vector<Entry>> priced_once(const JobRun& run, SeenRuns& seen, Pricer& pricer) {
    const std::string number =
        run.db_index.empty() ? fmt::format("{}@{}", run.job, run.start.time_since_epoch().count())
                             : std::string(run.db_index);
    auto entries = entries_of(run, run.cluster, number, pricer);
    if (entries && !seen.first(run))
        return fail(Code::C102, "job {}: this run was counted already", run.job);
    return entries;
}

} // namespace

void charges_of(const Entry& entry, const TakeCharge& take) {
    Charge charge = charge_of(entry);
    if (pays(entry.debit)) {
        charge.sum.payer = entry.debit;
        take(charge);
    }
    if (!pays(entry.credit))
        return;
    charge.sum.payer = entry.credit;
    charge.sum.amount.nanos = -charge.sum.amount.nanos; // entries are far from the least int64
    take(charge);
}

Result<void> entries_of_dump(std::istream& dump, std::string_view name, const Zone& zone,
                             Pricer& pricer, const std::function<void(const Entry&)>& take,
                             const std::function<void(const Error&)>& skipped) {
    std::string line;
    std::getline(dump, line);
    auto rows = Dump::with_header(line, zone);
    if (!rows)
        return fail(rows.error().code, "{}:1: {}", name, rows.error().message);
    SeenRuns seen;
    for (std::size_t number = 2; std::getline(dump, line); ++number) {
        const auto run = rows->read(line);
        if (run && !*run)
            continue;
        auto entries = run ? priced_once(**run, seen, pricer) : std::unexpected(run.error());
        if (entries)
            std::ranges::for_each(*entries, take);
        else
            skipped({entries.error().code,
                     fmt::format("{}:{}: {}", name, number, entries.error().message)});
    }
    return {};
}

} // namespace fairlead::cost
