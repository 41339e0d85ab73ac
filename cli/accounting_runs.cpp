// What ended, from sacct into the ledger.

#include "cli/accounting.hpp"
#include "cli/ask_slurm.hpp"
#include "cost/names.hpp"

#include <algorithm>
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
constexpr days longest_overlap(35);

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
                                     cost::Settled& all) {
    const auto zone = cost::Zone::find("UTC");
    if (!zone)
        return std::unexpected(zone.error());
    cost::Pricer pricer(site.book, site.nodes);
    for (Time begin = interval.from; begin < interval.to; begin += days(1)) {
        const cost::Interval day{begin, std::min(interval.to, begin + days(1))};
        const auto runs = ask_runs(config_, day, cluster.enforces_wckeys);
        if (!runs)
            return std::unexpected(runs.error());
        std::istringstream dump(*runs);
        const auto settled = cost::settle({.dump = dump,
                                           .name = "sacct",
                                           .cluster = cluster.name,
                                           .seen = now_,
                                           .wckeys = cluster.enforces_wckeys,
                                           .until = std::min(day.to, now_)},
                                          *zone, pricer, ledger,
                                          [&](const Error& error) { tell(error.message, error); });
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
    if (waiting_.contains(std::to_string(job)))
        return false;
    const auto known = ended_.find(job);
    return (known != ended_.end() && known->second >= end) || (answered_ && now_ - end >= days(1));
}

/// Array tasks and components of het jobs have numbers of their own (JobIDRaw).
Result<void> Accounting::note_waiting(cost::Ledger& ledger, const std::string& cluster) {
    const auto jobs = ledger.waiting_jobs(cluster);
    if (!jobs)
        return std::unexpected(jobs.error());
    waiting_ = {jobs->begin(), jobs->end()};
    return {};
}

/// What of the past is asked about again: mostly minutes, every hour days, and every day weeks.
/// Nothing from before the first run that is known, because somebody chose where the ledger begins.
Result<Time> Accounting::begin_of(cost::Ledger& ledger, const std::string& cluster) {
    const auto asked = ledger.asked_until(cluster);
    const auto first = asked ? ledger.first_end(cluster) : asked;
    if (!first)
        return std::unexpected(first.error());
    const auto time = [](const std::optional<std::int64_t>& seconds) {
        return Time(std::chrono::seconds(seconds.value_or(0)));
    };
    const Time until = std::max(time(*asked), asked_until_);
    if (until == Time{})
        return since_;
    const std::chrono::seconds overlap = now_ - looked_far_back_ >= days(1) ? longest_overlap
                                         : now_ - looked_back_ >= hours(1)
                                             ? std::chrono::seconds(long_overlap)
                                             : std::chrono::seconds(usual_overlap);
    return std::max(until - overlap, *first ? time(*first) : until - usual_overlap);
}

/// Runs that wait for a price are looked for where they are, so that one of long ago holds nothing
/// up.
Result<cost::Settled> Accounting::settle(const Site& site, const slurm::Cluster& cluster) {
    auto ledger = cost::Ledger::open(settings_.ledger);
    if (!ledger)
        return std::unexpected(ledger.error());
    const std::string name = cost::in_small_letters(cluster.name);
    const auto from = begin_of(*ledger, name);
    if (!from)
        return std::unexpected(from.error());
    const auto waiting = ledger->waiting_days(name);
    if (!waiting)
        return std::unexpected(waiting.error());
    const bool look_back = now_ - looked_back_ >= hours(1);
    std::erase_if(ended_, [&](const auto& job) { return job.second < now_ - long_overlap; });
    cost::Settled all;
    // What starts and ends in this second is of it as well.
    auto done = settle_days(site, *ledger, cluster, {*from, now_ + std::chrono::seconds(1)}, all);
    for (const std::int64_t day : look_back ? *waiting : std::vector<std::int64_t>{}) {
        const Time begin{std::chrono::seconds(day)};
        if (done && begin < *from)
            done =
                settle_days(site, *ledger, cluster, {begin, std::min(*from, begin + days(1))}, all);
    }
    if (done)
        done = note_waiting(*ledger, name);
    if (!done) {
        looked_back_ = {}; // slurmdbd may hear late of what ended meanwhile
        return std::unexpected(done.error());
    }
    asked_until_ = now_;
    if (look_back)
        looked_back_ = now_;
    if (now_ - looked_far_back_ >= days(1))
        looked_far_back_ = now_;
    return all;
}

} // namespace fairlead::cli
