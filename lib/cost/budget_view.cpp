#include "cost/budget_view.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <limits>

namespace fairlead::cost {
namespace {

template <class Map, class Name>
auto find(const Map& map, const Name& name) -> typename Map::mapped_type {
    const auto found = map.find(name);
    return found == map.end() ? typename Map::mapped_type{} : found->second;
}

/// What does not fit into the money that there is stops at the largest amount, and so does the job.
InPartition at_most_in(const JobSize& size, const PartitionCost& partition,
                       std::chrono::minutes assumed) {
    const auto cost = cost_in(size, partition, assumed);
    if (cost)
        return *cost;
    return {.at_most = {std::numeric_limits<std::int64_t>::max()},
            .currency = partition.currency,
            .nodes = most_nodes(size, partition),
            .time = size.time_limit.value_or(assumed)};
}

/// Keeps the dearer; false where the two cannot be compared.
bool keep_dearer(InPartition& most, const InPartition& other) {
    const bool first = most.currency.empty();
    const bool alike = first || most.currency == other.currency;
    if (first || (alike && other.at_most > most.at_most))
        most = other;
    return alike;
}

} // namespace

BudgetView::BudgetView(BudgetSnapshot snapshot, std::vector<std::shared_ptr<Used>> used)
    : snapshot_(std::move(snapshot)), used_(std::move(used)) {
    for (const BudgetGroup& group : snapshot_.groups) {
        if (group.name.empty())
            others_ = &group;
        for (const std::string& account : group.accounts)
            by_account_.emplace(account, &group);
    }
    for (const auto& [user, account] : snapshot_.default_accounts)
        default_account_.emplace(user, account);
    for (const PartitionCost& partition : snapshot_.partitions)
        by_partition_.emplace(partition.name, &partition);
    for (const LiveJob& job : snapshot_.jobs)
        if (!job.gone) {
            by_job_.emplace(job.job, &job);
            if (job.array != 0)
                by_array_.emplace(job.array, &job);
        }
}

const BudgetGroup* BudgetView::group(std::string_view account, std::string_view user) const {
    const std::string_view named = account.empty() ? find(default_account_, user) : account;
    const BudgetGroup* group = find(by_account_, named);
    return group ? group : others_;
}

/// Without an account it is the default one, which is theirs. Who is not known yet may be anybody.
bool BudgetView::may_use(std::string_view account, std::string_view user) const {
    return may_name(snapshot_.members, account, user);
}

const PartitionCost* BudgetView::partition(std::string_view name) const {
    return find(by_partition_, name);
}

const LiveJob* BudgetView::job(std::uint32_t number) const {
    const LiveJob* job = find(by_job_, number);
    return job ? job : find(by_array_, number);
}

/// A partition without a price is left out of a list: a job that also names one with a price is
/// judged by that. slurmctld drops empty names (22.05), and so does this.
Result<InPartition> BudgetView::dearest(std::string_view partitions, const JobSize& size,
                                        std::chrono::minutes assumed) const {
    InPartition most;
    const auto take = [&](const PartitionCost& partition) -> Result<void> {
        const InPartition cost = at_most_in(size, partition, assumed);
        if (keep_dearer(most, cost))
            return {};
        return fail(Code::C103, "the partitions of the job have prices in {} and {}", most.currency,
                    cost.currency);
    };
    Result<void> done;
    std::string_view rest = partitions.empty() ? snapshot_.default_partition : partitions;
    if (rest.empty())
        for (const PartitionCost& partition : snapshot_.partitions)
            if (done = take(partition); !done)
                return std::unexpected(done.error());
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        if (const PartitionCost* known = partition(rest.substr(0, comma)))
            if (done = take(*known); !done)
                return std::unexpected(done.error());
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    if (most.currency.empty())
        return fail(Code::C103, "no partition of the job has a price: {}",
                    printable(partitions.empty() ? "(none named)" : partitions));
    return most;
}

} // namespace fairlead::cost
