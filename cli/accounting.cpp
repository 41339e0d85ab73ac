#include "cli/accounting.hpp"

#include "base/files.hpp"
#include "cli/ask_slurm.hpp"
#include "config/paths.hpp"
#include "cost/metrics.hpp"
#include "cost/words.hpp"
#include "state/brake.hpp"

#include <span>

namespace fairlead::cli {
namespace {

using cost::Time;
using std::chrono::minutes;

std::filesystem::path snapshot_file() {
    return std::filesystem::path(config::run_dir) / "admission" / "budgets.json";
}

/// One without nodes costs nothing, and that is compared with any currency.
void add_empty(std::span<const cost::Partition> partitions,
               std::vector<cost::PartitionCost>& costs) {
    if (costs.empty())
        return;
    const std::string currency = costs.front().currency;
    for (const cost::Partition& partition : partitions)
        if (partition.nodes.empty())
            costs.push_back(
                {.name = partition.name, .dearest = {}, .currency = currency, .nodes = 0});
}

} // namespace

Accounting::Accounting(config::Config config, cost::Settings settings, Time since, Report report)
    : config_(std::move(config)), settings_(std::move(settings)), since_(since),
      report_(std::move(report)) {}

/// What was told already is told again only once it has changed.
void Accounting::tell(const std::string& what, const Error& error) {
    constexpr std::size_t most = 10'000;
    whole_ = false;
    if (told_.size() > most)
        told_.clear();
    std::string& last = told_[what];
    if (last != to_string(error))
        report_(error);
    last = to_string(error);
}

Result<Accounting::Site> Accounting::read_site() const {
    auto groups = cost::load_groups(settings_.groups);
    if (!groups)
        return std::unexpected(groups.error());
    auto book = cost::PriceBook::load(settings_.prices);
    if (!book)
        return std::unexpected(book.error());
    auto nodes = cost::Nodes::load(settings_.nodes);
    if (!nodes)
        return std::unexpected(nodes.error());
    return Site{std::move(*groups), std::move(*book), std::move(*nodes)};
}

/// A partition that has no price is told and left out; job_submit then does not know what a job for
/// it costs. False where Slurm does not say which there are.
bool Accounting::take_partitions(const Site& site, const slurm::Cluster& cluster,
                                 cost::BudgetBuilder& builder) {
    const auto text = ask_partitions(config_);
    if (!works("partitions", text))
        return false;
    const auto partitions = cost::parse_partitions(*text, "scontrol show partition");
    if (!works("list of partitions", partitions))
        return false;
    std::vector<cost::PartitionCost> costs;
    std::string usual;
    for (const cost::Partition& partition : *partitions) {
        if (partition.is_default)
            usual = partition.name;
        const auto priced = cost::priced(*partitions, std::span(&partition.name, 1), site.nodes,
                                         site.book, now_, cost::looked_ahead(settings_.assumed));
        if (works("partition " + partition.name, priced))
            costs.insert(costs.end(), priced->begin(), priced->end());
    }
    add_empty(*partitions, costs);
    for (cost::PartitionCost& partition : costs)
        partition.memory_is_free = !cluster.allocates_memory;
    builder.partitions(std::move(costs), std::move(usual));
    return true;
}

/// Those of the snapshot before, while slurmdbd does not say them.
void Accounting::read_accounts(const slurm::Cluster& cluster) {
    if (accounts_.empty() && members_.empty())
        if (auto before = cost::read_budgets(snapshot_file())) {
            accounts_ = std::move(before->default_accounts);
            members_ = std::move(before->members);
        }
    if (now_ - accounts_read_ < minutes(10))
        return;
    auto accounts = ask_default_accounts(config_);
    if (!works("accounts", accounts))
        return;
    if (cluster.enforces_associations) {
        auto members = ask_members(config_, cluster.name);
        if (!works("associations", members))
            return;
        members_ = std::move(*members);
    }
    accounts_ = std::move(*accounts);
    accounts_read_ = now_;
}

/// Where slurmctld does not enforce associations, anybody may name any account.
void Accounting::take_accounts(const slurm::Cluster& cluster, cost::BudgetBuilder& builder) {
    read_accounts(cluster);
    if (!cluster.enforces_associations)
        members_.clear();
    for (const auto& [user, account] : accounts_)
        builder.default_account(user, account);
    builder.members(members_);
}

Result<void> Accounting::take_spending(cost::BudgetBuilder& builder) {
    auto ledger = cost::Ledger::open_to_read(settings_.ledger);
    if (!ledger)
        return std::unexpected(ledger.error());
    constexpr const char* after_all_days = "9999-12-31";
    return ledger->sums(builder.first_day(), after_all_days, [&](const cost::DaySum& sum) {
        builder.spent(sum.payer, sum.day, sum.currency, sum.amount);
    });
}

void Accounting::write(const cost::BudgetSnapshot& snapshot) {
    works("folder", make_folders(snapshot_file().parent_path(), 0755));
    works("snapshot", cost::write_budgets(snapshot_file(), snapshot));
    if (settings_.metrics.empty())
        return;
    const auto brakes = state::braked(config_.state_dir, now_.time_since_epoch().count());
    works("metrics", write_atomic(settings_.metrics, cost::metrics_of(snapshot, brakes), 0644));
}

/// The queue is read before the accounting: a job that ends in between counts twice for a round,
/// never not at all. Without spending or prices no snapshot is better than one that says there is
/// money: the one before grows stale, and the site has said what happens then.
Accounting::Round Accounting::round(Time now) {
    now_ = now;
    whole_ = true;
    answered_ = false;
    spent_.clear();
    Round round;
    const auto site = read_site();
    const auto cluster = slurm::cluster();
    if (!works("files", site) || !works("cluster", cluster))
        return {.whole = false};
    const auto queue = slurm::load_queue();
    const auto settled = settle(*site, *cluster);
    answered_ = works("accounting", settled);
    if (answered_)
        round.settled = *settled;
    if (works("queue", queue)) {
        round.jobs = queue->size();
        take_snapshot(*site, *cluster, *queue);
    }
    round.whole = whole_;
    return round;
}

/// A job of somebody who is not listed tells that the list is old.
void Accounting::take_jobs(const std::vector<cost::QueuedJob>& queue,
                           cost::BudgetBuilder& builder) {
    for (const cost::QueuedJob& job : queue) {
        if (!cost::may_name(members_, job.account, job.user))
            accounts_read_ = {};
        if (job.ended && is_settled(job.job, job.end)) {
            if (const auto hold = cost::hold_in(job.admin_comment))
                builder.saw(*hold);
        } else if (const auto taken = builder.job(job, settings_.assumed); !taken) {
            tell(taken.error().message, taken.error());
        }
    }
}

void Accounting::take_snapshot(const Site& site, const slurm::Cluster& cluster,
                               const std::vector<cost::QueuedJob>& queue) {
    cost::BudgetBuilder builder(site.groups, now_);
    take_accounts(cluster, builder);
    const bool priced = take_partitions(site, cluster, builder);
    const auto spending = take_spending(builder);
    if (!works("ledger", spending) || !priced)
        return;
    take_jobs(queue, builder);
    const auto settled = [&](std::uint32_t job, Time end) { return is_settled(job, end); };
    if (const auto before = cost::read_budgets(snapshot_file())) {
        if (answered_) {
            auto jobs = builder.vanished(*before, settled);
            std::erase_if(jobs, [&](std::uint32_t job) { return waiting_.contains(job); });
            ask_for_cancelled(jobs);
        }
        builder.carry(*before, settled);
    }
    for (const std::uint64_t hold : spent_)
        builder.saw(hold);
    write(std::move(builder).finish());
}

} // namespace fairlead::cli
