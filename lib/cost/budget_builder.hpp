/// Puts a budget snapshot together: what the groups may spend, what they spent by the ledger, and
/// what the jobs of the queue may cost.
#pragma once

#include "cost/budget_snapshot.hpp"
#include "cost/groups.hpp"
#include "cost/queue.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

class BudgetBuilder {
  public:
    /// `groups` outlives this.
    BudgetBuilder(const Groups& groups, Time now);

    /// The first day whose spending counts in any budget: "2026-06-01"; that of `now` without one.
    std::string first_day() const;

    /// What who pays ("account:bio", "group:bio", "grant:NIH-1", "university:north") spent on a
    /// day. Of another currency than a budget's it does not count in it, and no more does a grant's
    /// that several groups share.
    void spent(std::string_view payer, std::string_view day, std::string_view currency,
               Money amount);

    void partitions(std::vector<PartitionCost> partitions, std::string default_partition);
    void default_account(std::string user, std::string account);
    void members(std::vector<Members> members);

    /// A hold whose job is no more in the queue: what it cost is spent.
    void saw(std::uint64_t hold);

    /// After partitions(). Of a job whose cost is not known what is known counts; its error comes
    /// back. One that ended counts until its accounting is settled.
    Result<void> job(const QueuedJob& job, std::chrono::minutes assumed);

    /// Whether accounting has a job that ended at a time or later.
    using Settled = std::function<bool(std::uint32_t job, Time end)>;

    /// The jobs that carry() would take.
    std::vector<std::uint32_t> vanished(const BudgetSnapshot& before, const Settled& settled) const;

    /// Jobs of the snapshot before that are in the queue no more and not settled yet, as that had
    /// them. `before` was made of the same groups or of others.
    void carry(const BudgetSnapshot& before, const Settled& settled);

    BudgetSnapshot finish() &&;

  private:
    struct Period {
        std::string first, end; ///< days, from the first on and before the end
    };

    std::size_t add_cap(std::string name, std::string label, const Budget& budget,
                        Interval interval, std::vector<Threshold> thresholds);
    void add_group(const Group& group, const Groups& all);
    void use(std::span<const std::size_t> caps, std::string_view currency, Money amount,
             std::string_view day);
    std::vector<std::size_t> caps_of_university(std::string_view name) const;
    std::optional<std::size_t> group_of(std::string_view account) const;
    std::optional<std::size_t> payer_group(std::string_view payer) const;
    template <class Take>
    void each_vanished(const BudgetSnapshot& before, const Settled& settled,
                       const Take& take) const;
    std::string_view default_of(std::string_view user) const;

    Time now_;
    BudgetSnapshot snapshot_;
    std::vector<Period> periods_; ///< of the caps
    std::map<std::string, std::size_t, std::less<>> by_payer_, universities_;
    std::map<std::string, std::string, std::less<>> default_accounts_;
    std::optional<std::size_t> others_, site_;
};

} // namespace fairlead::cost
