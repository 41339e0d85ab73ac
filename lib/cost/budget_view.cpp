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

/// Where two cannot be compared, the first counts. Nothing is as little in any currency.
void keep_dearer(const InPartition& other, std::string_view name, Dearest& most) {
    if (!most.known || most.known->at_most.nanos == 0)
        most.known = other;
    else if (other.at_most.nanos == 0)
        return;
    else if (most.known->currency != other.currency)
        most.unknown =
            Error{Code::C103, fmt::format("partition {} has prices in {}, others in {}",
                                          printable(name), other.currency, most.known->currency)};
    else if (other.at_most > most.known->at_most)
        most.known = other;
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

/// slurmctld drops empty names (22.05), and so does this.
Dearest BudgetView::dearest(std::string_view partitions, const JobSize& size,
                            std::chrono::minutes assumed) const {
    Dearest most;
    std::string_view rest = partitions.empty() ? snapshot_.default_partition : partitions;
    if (rest.empty())
        for (const PartitionCost& any : snapshot_.partitions)
            keep_dearer(at_most_in(size, any, assumed), any.name, most);
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view name = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        if (const PartitionCost* priced = partition(name))
            keep_dearer(at_most_in(size, *priced, assumed), name, most);
        else if (!name.empty() && !most.unknown)
            most.unknown =
                Error{Code::C103, fmt::format("partition {} has no price", printable(name))};
    }
    if (!most.known && !most.unknown)
        most.unknown = Error{Code::C103, "no partition that the job may run in has a price"};
    return most;
}

std::optional<Money> BudgetView::dearest_anywhere(const JobSize& size,
                                                  std::chrono::minutes assumed) const {
    std::optional<Money> most;
    for (const PartitionCost& partition : snapshot_.partitions)
        most = std::max(most, std::optional(at_most_in(size, partition, assumed).at_most));
    return most;
}

} // namespace fairlead::cost
