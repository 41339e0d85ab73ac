/// A budget snapshot as job_submit looks things up in it: by account, partition and job, without an
/// allocation.
#pragma once

#include "cost/budget_snapshot.hpp"
#include "cost/holds.hpp"

#include <atomic>
#include <memory>
#include <unordered_map>

namespace fairlead::cost {

/// What is used of a budget: by the snapshot, and by the holds that are not in it.
using Used = std::atomic<std::int64_t>;

/// What a job costs at most. The largest amount where that does not fit.
struct Dearest {
    std::optional<InPartition> known{}; ///< in those of its partitions that have a price
    std::optional<Error> unknown{};     ///< why that is not all: FL-C103 with the partition
};

class BudgetView {
  public:
    /// `used` has one for each cap of the snapshot, in their order.
    BudgetView(BudgetSnapshot snapshot, std::vector<std::shared_ptr<Used>> used);
    BudgetView(const BudgetView&) = delete; ///< the look-ups borrow from the snapshot
    BudgetView& operator=(const BudgetView&) = delete;

    const BudgetSnapshot& snapshot() const { return snapshot_; }

    /// The group of an account, or of the user's default account where none is named; else the one
    /// without a name, for everybody else, where a budget of the site needs it; else null.
    const BudgetGroup* group(std::string_view account, std::string_view user) const;

    /// False where slurmdbd does not give the user that account, so that slurmctld refuses the job.
    bool may_use(std::string_view account, std::string_view user) const;

    /// Null for a partition without a price.
    const PartitionCost* partition(std::string_view name) const;

    /// Of an array whose tasks have all started: one of them.
    const LiveJob* job(std::uint32_t number) const;

    const Cap& cap(std::size_t place) const { return snapshot_.caps[place]; }
    Used& used(std::size_t place) const { return *used_[place]; }

    /// Of the dearest of these partitions: a comma list; empty for the default one, or for any.
    Dearest dearest(std::string_view partitions, const JobSize& size,
                    std::chrono::minutes assumed) const;

    /// Of the dearest of all partitions that have a price; nothing without one.
    std::optional<Money> dearest_anywhere(const JobSize& size, std::chrono::minutes assumed) const;

  private:
    template <class Value>
    using Index = std::unordered_map<std::string_view, Value>;

    BudgetSnapshot snapshot_;
    std::vector<std::shared_ptr<Used>> used_;
    Index<const BudgetGroup*> by_account_;
    Index<std::string_view> default_account_;
    Index<const PartitionCost*> by_partition_;
    std::unordered_map<std::uint32_t, const LiveJob*> by_job_, by_array_;
    const BudgetGroup* others_ = nullptr;
};

} // namespace fairlead::cost
