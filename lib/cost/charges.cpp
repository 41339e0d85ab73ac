#include "cost/charges.hpp"

#include "cost/dump_runs.hpp"
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

Result<std::vector<Entry>> entries_of(const JobRun& run, Pricer& pricer) {
    const std::string number =
        run.db_index.empty() ? fmt::format("{}@{}", run.job, run.start.time_since_epoch().count())
                             : std::string(run.db_index);
    return cost::entries_of(run, run.cluster, number, pricer);
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
    const TakeRuns into{.take = [&](const JobRun& run) -> Result<void> {
                            const auto entries = entries_of(run, pricer);
                            if (!entries)
                                return std::unexpected(entries.error());
                            std::ranges::for_each(*entries, take);
                            return {};
                        },
                        .skipped = skipped};
    return each_run(dump, name, zone, into);
}

} // namespace fairlead::cost
