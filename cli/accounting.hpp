/// One round of the accountant: the queue is read, ended jobs are settled, and what is left of the
/// budgets is written for job_submit.
#pragma once

#include "config/config.hpp"
#include "cost/budget_builder.hpp"
#include "cost/ended_jobs.hpp"
#include "cost/ledger.hpp"
#include "cost/nodes.hpp"
#include "cost/partitions.hpp"
#include "cost/price_book.hpp"
#include "cost/settings.hpp"
#include "cost/settle.hpp"
#include "slurm/queue.hpp"

#include <functional>
#include <optional>
#include <unordered_map>

namespace fairlead::cli {

class Accounting {
  public:
    using Report = std::function<void(const Error&)>;

    /// `since` is where a ledger without runs begins. What goes wrong goes to `report`, and is told
    /// again only once it has changed.
    Accounting(config::Config config, cost::Settings settings, cost::Time since, Report report);

    struct Round {
        cost::Settled settled{};
        std::size_t jobs = 0; ///< of the queue
        bool whole = true;    ///< false where something was reported
    };

    /// Where slurmdbd does not answer, jobs that ended count as what they could have cost. A
    /// snapshot is written where the queue, the partitions and the ledger can be read.
    Round round(cost::Time now);

  private:
    /// What is read anew in every round, because admins change it.
    struct Site {
        cost::Groups groups;
        cost::PriceBook book;
        cost::Nodes nodes;
    };

    void tell(const std::string& what, const Error& error);
    template <class Value>
    bool works(const std::string& what, const Result<Value>& result);

    Result<Site> read_site() const;
    Result<cost::Settled> settle(const Site& site, const slurm::Cluster& cluster);
    Result<void> settle_days(const Site& site, cost::Ledger& ledger, const slurm::Cluster& cluster,
                             const cost::Interval& interval, bool reprice, cost::Settled& all);
    /// A day that is asked about anew; with what a price has changed since, or with new runs alone.
    struct OldDay {
        cost::Time begin;
        bool reprice;
    };
    Result<std::vector<OldDay>> old_days(cost::Ledger& ledger, const std::string& cluster) const;
    Result<void> note_waiting(cost::Ledger& ledger, const std::string& cluster);
    void note_ended(std::string_view dump);
    void note(const cost::EndedJob& job);
    void ask_for_cancelled(const std::vector<std::uint32_t>& jobs);
    bool is_settled(std::uint32_t job, cost::Time end) const;
    bool take_partitions(const Site& site, const slurm::Cluster& cluster,
                         cost::BudgetBuilder& builder);
    void read_accounts(const slurm::Cluster& cluster);
    void take_accounts(const slurm::Cluster& cluster, cost::BudgetBuilder& builder);
    Result<void> take_spending(cost::BudgetBuilder& builder);
    void take_jobs(const std::vector<cost::QueuedJob>& queue, cost::BudgetBuilder& builder);
    void take_snapshot(const Site& site, const slurm::Cluster& cluster,
                       const std::vector<cost::QueuedJob>& queue);
    void write(const cost::BudgetSnapshot& snapshot);

    config::Config config_;
    cost::Settings settings_;
    cost::Time since_;
    Report report_;
    std::map<std::string, std::string> told_; ///< by what: the last that was told of it
    cost::Time asked_until_{};                ///< accounting answered up to then
    std::vector<std::pair<std::string, std::string>> accounts_;
    std::vector<cost::Members> members_;
    cost::Time accounts_read_{};
    std::unordered_map<std::uint32_t, cost::Time> ended_; ///< jobs of late that are settled
    std::unordered_map<std::uint32_t, cost::Time>
        waiting_; ///< the last of their runs without a price

    cost::Time now_{}; ///< of this round, as all below
    bool whole_ = true;
    bool answered_ = false;            ///< accounting is settled up to now
    std::vector<std::uint64_t> spent_; ///< holds of jobs that ended
};

template <class Value>
bool Accounting::works(const std::string& what, const Result<Value>& result) {
    if (result)
        told_.erase(what);
    else
        tell(what, result.error());
    return result.has_value();
}

} // namespace fairlead::cli
