// What ended, from sacct into the ledger.

#include "cli/accounting.hpp"
#include "cli/ask_slurm.hpp"
#include "cost/names.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <sstream>

namespace fairlead::cli {
namespace {

using cost::Time;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

/// slurmdbd may hear of an end late; of one that is corrected, days later; of one whose node was
/// lost, weeks.
constexpr minutes usual_overlap(10);
constexpr days long_overlap(2);
constexpr int days_looked_at = 35;

void add(cost::Settled& to, const cost::Settled& more) {
    to.fresh += more.fresh;
    to.same += more.same;
    to.corrected += more.corrected;
    to.older += more.older;
    to.running = more.running;
    to.skipped += more.skipped;
}

} // namespace

/// A day at a time, so that a first run over months needs no more memory than one over a day.
Result<void> Accounting::settle_days(const Site& site, cost::Ledger& ledger,
                                     const slurm::Cluster& cluster, const cost::Interval& interval,
                                     bool reprice, cost::Settled& all) {
    const auto zone = cost::Zone::find("UTC");
    if (!zone)
        return std::unexpected(zone.error());
    const auto asked = ledger.asked_until(cost::in_small_letters(cluster.name));
    if (!asked)
        return std::unexpected(asked.error());
    cost::Pricer pricer(site.book, site.nodes);
    for (Time begin = interval.from; begin < interval.to; begin += days(1)) {
        const cost::Interval day{begin, std::min(interval.to, begin + days(1))};
        const auto runs = ask_runs(config_, day, cluster.enforces_wckeys);
        if (!runs)
            return std::unexpected(runs.error());
        std::istringstream dump(*runs);
        const auto settled = cost::settle(
            {.dump = dump,
             .name = "sacct",
             .cluster = cluster.name,
             .seen = now_,
             .wckeys = cluster.enforces_wckeys,
             .until = std::min(day.to, now_),
             .reprice = reprice,
             .from = *asked || begin > since_ ? std::optional(begin) : std::nullopt},
            *zone, pricer, ledger, [&](const Error& error) { tell(error.message, error); });
        if (!settled)
            return std::unexpected(settled.error());
        add(all, *settled);
        note_ended(*runs);
    }
    return {};
}

void Accounting::note_ended(std::string_view dump) {
    for (const cost::EndedJob& job : cost::ended_jobs(dump))
        if (job.end >= now_ - long_overlap)
            note(job);
}

/// The hold of a job is no more of use once it ended; of an array that was submitted after the
/// queue was read, other tasks still need it.
void Accounting::note(const cost::EndedJob& job) {
    const Time recent = now_ - 3 * settings_.period - minutes(1); // no hold is older
    Time& latest = ended_[job.job];
    latest = std::max(latest, job.end);
    if (job.hold && job.begun < now_ && job.end > recent)
        spent_.push_back(*job.hold);
}

/// sacct shows jobs that were cancelled while they were held to those alone who ask for them by
/// number (22.05, "Eligible"). What ran is not settled by being known.
void Accounting::ask_for_cancelled(const std::vector<std::uint32_t>& jobs) {
    constexpr std::size_t at_once = 500;
    for (std::size_t begin = 0; begin < jobs.size(); begin += at_once) {
        const auto some = std::span(jobs).subspan(begin, std::min(at_once, jobs.size() - begin));
        const auto text = ask_jobs(config_, some);
        if (!works("vanished jobs", text))
            return;
        for (const cost::EndedJob& job : cost::ended_jobs(*text))
            if (!job.ran)
                note(job);
    }
}

/// What accounting has not heard of a day after it ended, it never will. What has no price yet
/// counts as what it could have cost.
bool Accounting::is_settled(std::uint32_t job, Time end) const {
    if (const auto waits = waiting_.find(job); waits != waiting_.end() && waits->second >= end)
        return false;
    const auto known = ended_.find(job);
    return (known != ended_.end() && known->second >= end) || (answered_ && now_ - end >= days(1));
}

/// Array tasks and components of het jobs have numbers of their own (JobIDRaw).
Result<void> Accounting::note_waiting(cost::Ledger& ledger, const std::string& cluster) {
    const auto runs = ledger.waiting_runs(cluster);
    if (!runs)
        return std::unexpected(runs.error());
    waiting_.clear();
    for (const cost::Observation& run : *runs) {
        std::uint32_t job = 0;
        std::from_chars(run.job.data(), run.job.data() + run.job.size(), job);
        Time& latest = waiting_[job];
        latest = std::max(latest, Time(std::chrono::seconds(run.ended)));
    }
    return {};
}

/// The days that are asked about anew in the first round of an hour: those on which a run ended
/// that waits for a price, and of the weeks before one, each hour another. Nothing from before the
/// day of the first run, because somebody chose where the ledger begins.
Result<std::vector<Accounting::OldDay>> Accounting::old_days(cost::Ledger& ledger,
                                                             const std::string& cluster) const {
    const auto waiting = ledger.waiting_days(cluster);
    const auto first = ledger.first_end(cluster);
    if (!waiting || !first)
        return std::unexpected(waiting ? first.error() : waiting.error());
    std::vector<OldDay> all;
    for (const std::int64_t day : *waiting)
        all.push_back({Time(std::chrono::seconds(day)), true});
    const auto hour = std::chrono::floor<hours>(now_).time_since_epoch().count();
    const Time one = std::chrono::floor<days>(now_) - long_overlap - days(hour % days_looked_at);
    if (*first && one >= std::chrono::floor<days>(Time(std::chrono::seconds(**first))))
        all.push_back({one, false});
    return all;
}

/// Runs that wait for a price are looked for where they are, so that one of long ago holds nothing
/// up. The day up to which all is settled is asked about anew where a line of it was left out.
Result<cost::Settled> Accounting::settle(const Site& site, const slurm::Cluster& cluster) {
    auto ledger = cost::Ledger::open(settings_.ledger);
    if (!ledger)
        return std::unexpected(ledger.error());
    const std::string name = cost::in_small_letters(cluster.name);
    const auto asked = ledger->asked_until(name);
    if (!asked)
        return std::unexpected(asked.error());
    const Time mark{std::chrono::seconds(asked->value_or(0))};
    const Time until = std::min(std::max(mark, asked_until_), now_);
    const bool look_back = std::chrono::floor<hours>(until) < std::chrono::floor<hours>(now_);
    const std::chrono::seconds overlap =
        look_back ? std::chrono::seconds(long_overlap) : std::chrono::seconds(usual_overlap);
    const Time from = until == Time{} ? since_ : until - overlap;
    auto old = look_back ? old_days(*ledger, name) : std::vector<OldDay>{};
    if (!old)
        return std::unexpected(old.error());
    if (look_back && mark < from)
        old->push_back({*asked ? std::chrono::floor<days>(mark) : since_, false});
    std::erase_if(ended_, [&](const auto& job) { return job.second < now_ - long_overlap; });
    cost::Settled all;
    Result<void> done{};
    for (const OldDay& day : *old) // first, so that what follows joins what is settled
        if (done && day.begin < from)
            done = settle_days(site, *ledger, cluster,
                               {day.begin, std::min(from, day.begin + days(1))}, day.reprice, all);
    // What starts and ends in this second is of it as well.
    if (done)
        done =
            settle_days(site, *ledger, cluster, {from, now_ + std::chrono::seconds(1)}, true, all);
    if (done)
        done = note_waiting(*ledger, name);
    if (!done)
        return std::unexpected(done.error());
    asked_until_ = now_;
    return all;
}

} // namespace fairlead::cli
