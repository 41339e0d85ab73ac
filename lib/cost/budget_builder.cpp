#include "cost/budget_builder.hpp"

#include "base/words.hpp"
#include "cost/names.hpp"
#include "cost/words.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace fairlead::cost {
namespace {

/// In the place of a group: several pay.
constexpr std::size_t shared = std::numeric_limits<std::size_t>::max();
constexpr std::size_t length_of_day = 10; // "2026-06-01"

std::string day_of(Time time) { return show_time(time).substr(0, length_of_day); }

/// A budget above the groups holds jobs once it is used up.
std::vector<Threshold> at_its_end() { return {{.percent = 100, .reaction = Reaction::Hold}}; }

/// One that ended ran as long as it did. One that runs may outlast its limit, and has run already
/// where it has none.
std::optional<std::chrono::minutes> time_of(const QueuedJob& job, std::chrono::minutes assumed) {
    if (job.ended)
        return job.ran;
    if (job.size.unlimited && job.ran.count() > 0)
        return job.ran + assumed;
    if (job.size.time_limit)
        return std::max(*job.size.time_limit, job.ran);
    return std::nullopt;
}

JobSize size_of(const QueuedJob& job, std::chrono::minutes assumed) {
    JobSize size = job.size;
    size.time_limit = time_of(job, assumed);
    size.unlimited = size.unlimited && !size.time_limit;
    for (const std::string_view name : split(job.partitions, ','))
        size.partitions.emplace_back(name);
    return size;
}

/// In those of its partitions that have a price, and in the currency of the first, as job_submit
/// counts it; nothing without any.
std::optional<Estimate> known_cost(JobSize size, std::span<const PartitionCost> partitions,
                                   std::chrono::minutes assumed) {
    std::string_view currency;
    std::erase_if(size.partitions, [&](const std::string& name) {
        const auto known = std::ranges::find(partitions, name, &PartitionCost::name);
        if (known == partitions.end())
            return true;
        if (known->dearest.picos == 0)
            return false;
        if (currency.empty())
            currency = known->currency;
        return known->currency != currency;
    });
    if (size.partitions.empty())
        return std::nullopt;
    const auto cost = estimate(std::span(&size, 1), partitions, assumed);
    return cost ? std::optional(*cost) : std::nullopt;
}

/// When a job that vanished ended at the earliest.
Time end_of(const LiveJob& job, const BudgetSnapshot& before) {
    return job.gone ? job.end : before.taken;
}

void add(Money& to, Money amount) { to = sum(to, amount).value_or(to); }

} // namespace

BudgetBuilder::BudgetBuilder(const Groups& groups, Time now) : now_(now) {
    snapshot_.taken = now;
    if (groups.site)
        site_ = add_cap("site", "the site", *groups.site, period_of(*groups.site, {}, groups, now),
                        at_its_end());
    for (const auto& [name, budget] : groups.universities)
        if (budget)
            universities_[name] = add_cap("university " + name, name, *budget,
                                          period_of(*budget, {}, groups, now), at_its_end());
    for (const Group& group : groups.groups)
        add_group(group, groups);
    if (site_) {
        others_ = snapshot_.groups.size();
        snapshot_.groups.push_back({.name = {}, .caps = {*site_}});
    }
}

std::size_t BudgetBuilder::add_cap(std::string name, std::string label, const Budget& budget,
                                   Interval interval, std::vector<Threshold> thresholds) {
    snapshot_.caps.push_back({.name = std::move(name),
                              .label = std::move(label),
                              .limit = budget.amount,
                              .currency = budget.currency,
                              .ends = interval.to,
                              .thresholds = std::move(thresholds)});
    periods_.push_back({day_of(interval.from),
                        day_of(interval.to + std::chrono::days(1) - std::chrono::seconds(1))});
    return snapshot_.caps.size() - 1;
}

void BudgetBuilder::add_group(const Group& group, const Groups& all) {
    BudgetGroup known{.name = group.name,
                      .accounts = group.accounts,
                      .may_exceed = group.may_exceed,
                      .when_stale = group.when_stale,
                      .quiet = !group.notify};
    if (group.budget)
        known.caps.push_back(add_cap("group " + group.name, group.name, *group.budget,
                                     period_of(*group.budget, group, all, now_), group.thresholds));
    if (const auto found = universities_.find(group.university); found != universities_.end())
        known.caps.push_back(found->second);
    if (site_)
        known.caps.push_back(*site_);
    const std::size_t place = snapshot_.groups.size();
    by_payer_["group:" + group.name] = place;
    for (const std::string& account : group.accounts)
        by_payer_["account:" + account] = place;
    for (const GrantShare& share : group.grants)
        if (const auto [first, fresh] = by_payer_.emplace("grant:" + share.grant, place); !fresh)
            first->second = shared;
    snapshot_.groups.push_back(std::move(known));
}

std::string BudgetBuilder::first_day() const {
    std::string first = day_of(now_);
    for (const Period& period : periods_)
        first = std::min(first, period.first);
    return first;
}

std::optional<std::size_t> BudgetBuilder::group_of(std::string_view account) const {
    return payer_group(fmt::format("account:{}", account));
}

std::optional<std::size_t> BudgetBuilder::payer_group(std::string_view payer) const {
    const auto found = by_payer_.find(payer);
    if (found == by_payer_.end() || found->second == shared)
        return others_;
    return found->second;
}

std::string_view BudgetBuilder::default_of(std::string_view user) const {
    const auto found = default_accounts_.find(user);
    return found == default_accounts_.end() ? std::string_view{} : found->second;
}

void BudgetBuilder::use(std::span<const std::size_t> caps, std::string_view currency, Money amount,
                        std::string_view day) {
    for (const std::size_t place : caps) {
        const Period& period = periods_[place];
        Cap& cap = snapshot_.caps[place];
        if (cap.currency == currency && day >= period.first && day < period.end)
            add(cap.used, amount);
    }
}

std::vector<std::size_t> BudgetBuilder::caps_of_university(std::string_view name) const {
    std::vector<std::size_t> caps;
    if (const auto found = universities_.find(name); found != universities_.end())
        caps.push_back(found->second);
    if (site_)
        caps.push_back(*site_);
    return caps;
}

void BudgetBuilder::spent(std::string_view payer, std::string_view day, std::string_view currency,
                          Money amount) {
    constexpr std::string_view of_university = "university:";
    if (payer.starts_with(of_university))
        return use(caps_of_university(payer.substr(of_university.size())), currency, amount, day);
    if (const auto group = payer_group(payer))
        use(snapshot_.groups[*group].caps, currency, amount, day);
}

void BudgetBuilder::partitions(std::vector<PartitionCost> partitions,
                               std::string default_partition) {
    snapshot_.partitions = std::move(partitions);
    snapshot_.default_partition = std::move(default_partition);
}

void BudgetBuilder::default_account(std::string user, std::string account) {
    default_accounts_.insert_or_assign(std::move(user), in_small_letters(account));
}

void BudgetBuilder::members(std::vector<Members> members) {
    snapshot_.members = std::move(members);
}

void BudgetBuilder::saw(std::uint64_t hold) { snapshot_.holds.push_back(hold); }

/// Money that may still be spent counts in the period of today.
Result<void> BudgetBuilder::job(const QueuedJob& job, std::chrono::minutes assumed) {
    if (const auto hold = hold_in(job.admin_comment))
        snapshot_.holds.push_back(*hold);
    LiveJob live{.job = job.job,
                 .array = job.array,
                 .user = job.user,
                 .group = group_of(job.account.empty() ? default_of(job.user) : job.account),
                 .partitions = job.partitions,
                 .qos = job.qos,
                 .size = job.size,
                 .stopped = job.held && stopped_in(job.admin_comment)};
    const JobSize size = size_of(job, assumed);
    const auto cost = estimate(std::span(&size, 1), snapshot_.partitions, assumed);
    const std::optional<Estimate> known =
        cost ? std::optional(*cost) : known_cost(size, snapshot_.partitions, assumed);
    if (known)
        live.at_most = known->at_most;
    if (known && live.group && !live.stopped)
        use(snapshot_.groups[*live.group].caps, known->currency, known->at_most, day_of(now_));
    live.gone = job.ended;
    live.end = job.ended ? job.end : Time{};
    snapshot_.jobs.push_back(std::move(live));
    return cost ? Result<void>{} : std::unexpected(cost.error());
}

template <class Take>
void BudgetBuilder::each_vanished(const BudgetSnapshot& before, const Settled& settled,
                                  const Take& take) const {
    std::unordered_set<std::uint32_t> here;
    for (const LiveJob& job : snapshot_.jobs)
        here.insert(job.job);
    for (const LiveJob& job : before.jobs) {
        const bool counts = !job.stopped && job.group && job.at_most.nanos > 0;
        if (counts && !here.contains(job.job) && !settled(job.job, end_of(job, before)))
            take(job);
    }
}

std::vector<std::uint32_t> BudgetBuilder::vanished(const BudgetSnapshot& before,
                                                   const Settled& settled) const {
    std::vector<std::uint32_t> jobs;
    each_vanished(before, settled, [&](const LiveJob& job) { jobs.push_back(job.job); });
    return jobs;
}

void BudgetBuilder::carry(const BudgetSnapshot& before, const Settled& settled) {
    each_vanished(before, settled, [&](const LiveJob& job) {
        const BudgetGroup& group = before.groups[*job.group];
        LiveJob gone = job;
        gone.gone = true;
        gone.end = end_of(job, before);
        gone.group = group.accounts.empty() ? others_ : group_of(group.accounts.front());
        const std::string_view currency =
            group.caps.empty() ? std::string_view{} : before.caps[group.caps.front()].currency;
        if (gone.group)
            use(snapshot_.groups[*gone.group].caps, currency, job.at_most, day_of(now_));
        snapshot_.jobs.push_back(std::move(gone));
    });
}

BudgetSnapshot BudgetBuilder::finish() && {
    snapshot_.default_accounts.assign(default_accounts_.begin(), default_accounts_.end());
    return std::move(snapshot_);
}

} // namespace fairlead::cost
