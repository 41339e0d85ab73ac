#include "cost/budget.hpp"

#include "cost/budget_change.hpp"
#include "cost/budget_counting.hpp"

#include <algorithm>
#include <random>
#include <unordered_set>

namespace fairlead::cost {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t of_a_change = std::uint64_t{1} << 63;

/// Spreads numbers that follow each other (Steele, Lea and Flood: SplitMix).
std::uint64_t mixed(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

/// A number for a change: half of it says which job, half what is changed.
constexpr std::uint64_t of_a_job = 0xffffffff00000000;
std::uint64_t change_id(std::uint32_t job, const Change& change) {
    const std::uint64_t which = (mixed(job) | of_a_change) & of_a_job;
    return which | (fingerprint(change) & ~of_a_job);
}

std::uint32_t seconds_of(Time time) {
    return static_cast<std::uint32_t>(time.time_since_epoch().count());
}

Time time_of(std::uint32_t since_1970) { return Time(seconds(since_1970)); }

bool same_currency(const BudgetView& view, const BudgetGroup& group, std::string_view currency) {
    return std::ranges::all_of(
        group.caps, [&](std::size_t place) { return view.cap(place).currency == currency; });
}

bool may_exceed(const BudgetGroup& group, const Ask& ask) {
    return ask.exempt || std::ranges::find(group.may_exceed, ask.user) != group.may_exceed.end();
}

void stop_with(Error error, Reaction reaction, config::Mode mode, Judged& judged) {
    if (mode == config::Mode::Observe) {
        judged.would_have = std::move(error);
        return;
    }
    judged.reaction = reaction;
    judged.error = std::move(error);
}

/// Why nobody knows what a job leaves of its budgets, and what its user can do.
struct Unknown {
    Code code;
    std::string_view why, advice;
};
constexpr Unknown no_snapshot{Code::C204, "what is left of the budgets is not known",
                              "tell an admin that `fairlead accountant` does not run"};
constexpr Unknown no_room{Code::C204, "more jobs came than the budgets can keep money for",
                          "submit it again in some minutes, and many jobs as one array"};

Unknown no_price(const Error& error) {
    return {error.code, error.message,
            "tell an admin to add its price, or name a partition that has one"};
}

/// Whether a job passes while nobody knows what is left. A cost that is not known either is no
/// reason to stop it in grace: an accountant that never ran stops no cluster.
bool passes_unknown(WhenStale when, const std::optional<Money>& cost, const Settings& settings) {
    return when == WhenStale::Open ||
           (when == WhenStale::Grace && (!cost || *cost <= settings.grace));
}

void stop_unknown(const Unknown& unknown, WhenStale when, const std::optional<Money>& cost,
                  const Settings& settings, Judged& judged) {
    if (passes_unknown(when, cost, settings))
        return;
    const bool closed = when == WhenStale::Closed;
    stop_with({unknown.code, fmt::format("{}, so the job is {}; {}", unknown.why,
                                         closed ? "rejected" : "held, not lost", unknown.advice)},
              closed ? Reaction::Reject : Reaction::Hold, settings.mode, judged);
}

/// To the user of a job that passes although its cost is not known.
void tell_unpriced(const Error& unpriced, bool counts, Judged& judged) {
    const Unknown unknown = no_price(unpriced);
    judged.notice +=
        fmt::format("{}{}, so {}; {} [{}]", judged.notice.empty() ? "" : "\n", unknown.why,
                    counts ? "the budgets count the job as in its other partitions"
                           : "no budget counts the job",
                    unknown.advice, id_of(unknown.code));
}

/// Counts the job in its budgets where `refuse`, which is told what it does not fit, lets it pass:
/// observed, it counts all the same. False where it does not count.
template <class Refuse>
bool counted(const BudgetView& view, const BudgetGroup& group, const Ask& ask, bool free,
             Judged& judged, Refuse&& refuse) {
    auto stop = count_in(view, group, judged.at_most, ask.qos, free);
    if (stop && stop->threshold) {
        refuse(*stop);
        if (judged.error)
            return false;
        stop = count_in(view, group, judged.at_most, ask.qos, true);
    }
    if (stop)
        judged.trouble =
            Error{Code::C105, fmt::format("{} and what {} has used make no number, so "
                                          "the job counts nowhere",
                                          show_nanos(judged.at_most), stop->cap->label)};
    return !stop;
}

/// One that lacks a QoS is refused, so that its user adds it.
bool count_job(const BudgetView& view, const Settings& settings, const BudgetGroup& group,
               const Ask& ask, const InPartition& cost, bool free, Judged& judged) {
    return counted(view, group, ask, free, judged, [&](const Stop& stop) {
        const Shortage shortage = shortage_of(stop, cost.at_most, cost.time);
        const bool held = shortage.reaction == Reaction::Hold;
        stop_with(error_of(shortage), held ? Reaction::Hold : Reaction::Reject, settings.mode,
                  judged);
    });
}

Error unknown_for_change() {
    return {Code::C204, "what is left of the budgets is not known; try again later"};
}

/// What an update may do is known once the accountant has looked at the queue again.
Error too_early(const BudgetView& view, const Settings& settings, Time now) {
    const auto next = view.snapshot().taken + settings.period - now;
    return {Code::C205,
            fmt::format("the job, or a change of it, is so new that its budget does not know it "
                        "yet; try again in {} s",
                        std::clamp(next, seconds(1), settings.period).count())};
}

/// A change to a QoS that the group's spending does not allow any more.
std::optional<Error> lacks_qos(const BudgetView& view, const LiveJob& job, const Change& change) {
    if (!job.group || change.to.exempt || change.to.qos.empty() || change.to.qos == job.qos)
        return std::nullopt;
    for (const std::size_t place : view.snapshot().groups[*job.group].caps) {
        const Cap& cap = view.cap(place);
        const std::int64_t used = view.used(place).load();
        for (const Threshold& threshold : cap.thresholds)
            if (threshold.reaction == Reaction::RequireQos && stops(threshold, change.to.qos) &&
                used > part_of(cap, threshold))
                return error_of(
                    shortage_of({&cap, &threshold, used}, job.at_most, std::chrono::minutes(0)));
    }
    return std::nullopt;
}

void warn(const BudgetView& view, const BudgetGroup& group, const Settings& settings,
          const Ask& ask, const InPartition& cost, Judged& judged) {
    const Cap& own = view.cap(group.caps.front());
    const std::int64_t used = view.used(group.caps.front()).load();
    if (!group.quiet && cost.at_most > settings.notify_above) {
        const std::int64_t left = own.limit.nanos - (used - cost.at_most.nanos);
        judged.notice = notice_of(cost, ask.size, own, {std::max<std::int64_t>(0, left)});
    }
    const Threshold* passed = strictest(own, used, ask.qos, false);
    if (passed && passed->reaction == Reaction::Warn)
        judged.notice += fmt::format("{}{} has used more than {} % of its budget [{}]",
                                     judged.notice.empty() ? "" : "\n", own.label, passed->percent,
                                     id_of(Code::C206));
}

/// Of somebody whom no budget limits.
Judged unlimited(const Settings& settings, bool quiet, const Ask& ask, const InPartition& cost) {
    Judged judged{.at_most = cost.at_most, .currency = cost.currency};
    if (!quiet && cost.at_most > settings.notify_above)
        judged.notice = notice_of(cost, ask.size);
    return judged;
}

/// slurmctld asks for updates of jobs that the user may not change, before it refuses them (22.05).
/// Coordinators may; those whom no budget stops certainly do.
bool of_another(const LiveJob& job, const Ask& ask) {
    return !ask.exempt && !job.user.empty() && !ask.user.empty() && job.user != ask.user;
}

} // namespace

Budgets::Budgets(Holds holds) : holds_(std::move(holds)), ids_(std::random_device{}()) {
    for (const Hold& hold : holds_.all())
        for (const std::uint64_t key : hold.caps)
            if (key != 0)
                known(key).used->fetch_add(hold.amount.nanos);
}

Budgets::Known& Budgets::known(std::uint64_t key) { return known_[key]; }

/// Above 1, and never that of a change. A slurmctld that starts anew begins anywhere.
std::uint64_t Budgets::new_id() noexcept {
    const std::uint64_t id = mixed(ids_.fetch_add(1)) & ~of_a_change;
    return id < 2 ? id + 2 : id;
}

/// What leaves the holds leaves what is used at once with what the snapshot has more, so that at no
/// moment less counts than should.
Budgets::View Budgets::take(BudgetSnapshot snapshot, const Settings& settings) {
    const std::unordered_set<std::uint64_t> listed(snapshot.holds.begin(), snapshot.holds.end());
    const auto expired = 2 * settings.period + seconds(10);
    constexpr seconds clocks_differ(2);
    const auto gone = holds_.take_out([&](const Hold& hold) {
        const bool change = (hold.id & of_a_change) != 0;
        return listed.contains(hold.id) ||
               snapshot.taken >= time_of(hold.created) + (change ? clocks_differ : expired);
    });
    std::unordered_map<std::uint64_t, std::int64_t> less;
    for (const Hold& hold : gone)
        for (const std::uint64_t key : hold.caps)
            less[key] += hold.amount.nanos;
    std::vector<std::shared_ptr<Used>> used;
    for (const Cap& cap : snapshot.caps) {
        const std::uint64_t key = cap_key(cap.name);
        Known& budget = known(key);
        budget.used->fetch_add(cap.used.nanos - budget.by_snapshot - less[key]);
        budget.by_snapshot = cap.used.nanos;
        less.erase(key);
        used.push_back(budget.used);
    }
    for (const auto& [key, amount] : less)
        known(key).used->fetch_sub(amount);
    return std::make_shared<const BudgetView>(std::move(snapshot), std::move(used));
}

/// A snapshot from before the holds begin misses what was submitted since it.
bool Budgets::believed(const BudgetView& view, const Settings& settings, Time now) const {
    const Time taken = view.snapshot().taken;
    return taken >= holds_.made() && now - taken <= settings.stale_after;
}

/// False where there is no room; then the job counts once a snapshot has it.
bool Budgets::keep(const BudgetView& view, const BudgetGroup& group, const Ask& ask,
                   std::uint64_t id, Time now, Judged& judged) {
    Hold hold{.id = id,
              .amount = judged.at_most,
              .caps = {},
              .created = seconds_of(now),
              .user = ask.uid};
    for (std::size_t i = 0; i < group.caps.size() && i < hold.caps.size(); ++i)
        hold.caps[i] = cap_key(view.cap(group.caps[i]).name);
    if (holds_.put(hold)) {
        judged.hold = id;
        return true;
    }
    give_back(view, group.caps, judged.at_most);
    judged.trouble = Error{
        Code::C109, fmt::format("there is no room for another hold of user {}; the budgets do "
                                "not count this job until the next snapshot",
                                ask.uid)};
    return false;
}

Judged Budgets::judge_cost(const BudgetView& view, const Settings& settings,
                           const BudgetGroup& group, const Ask& ask, const InPartition& cost,
                           Time now) {
    Judged judged{.at_most = cost.at_most, .currency = cost.currency};
    if (!same_currency(view, group, cost.currency)) {
        judged.trouble =
            Error{Code::C103, fmt::format("the budget of {} is not in {}, as its prices are",
                                          view.cap(group.caps.front()).label, cost.currency)};
        return judged;
    }
    const bool known = believed(view, settings, now);
    const WhenStale when = group.when_stale.value_or(settings.when_stale);
    const bool free = may_exceed(group, ask) || (!known && when == WhenStale::Open);
    if (!free && !known)
        stop_unknown(no_snapshot, when, cost.at_most, settings, judged);
    if (judged.error || !count_job(view, settings, group, ask, cost, free, judged))
        return judged;
    if (keep(view, group, ask, new_id(), now, judged))
        warn(view, group, settings, ask, cost, judged);
    else if (!free)
        stop_unknown(no_room, when, cost.at_most, settings, judged);
    return judged;
}

/// In grace it is a small job where it would be one in the dearest partition that has a price.
Judged Budgets::judge_unpriced(const BudgetView& view, const Settings& settings,
                               const BudgetGroup& group, const Ask& ask, const Dearest& cost,
                               Time now) {
    Judged judged;
    if (!may_exceed(group, ask))
        stop_unknown(no_price(*cost.unknown), group.when_stale.value_or(settings.when_stale),
                     view.dearest_anywhere(ask.size, settings.assumed), settings, judged);
    if (!judged.error && cost.known) {
        std::optional<Error> would_have = std::move(judged.would_have);
        judged = judge_cost(view, settings, group, ask, *cost.known, now);
        if (would_have)
            judged.would_have = std::move(would_have);
    }
    if (!judged.trouble)
        judged.trouble = cost.unknown;
    if (!judged.error && !group.quiet && settings.mode == config::Mode::Enforce)
        tell_unpriced(*cost.unknown, cost.known.has_value(), judged);
    return judged;
}

Judged Budgets::judge(const View& view, const Settings& settings, const Ask& ask, Time now) {
    Judged judged;
    if (settings.mode == config::Mode::Off)
        return judged;
    if (!view) {
        if (!ask.exempt)
            stop_unknown(no_snapshot, settings.when_unknown(ask.account), std::nullopt, settings,
                         judged);
        return judged;
    }
    const BudgetGroup* group = view->group(ask.account, ask.user);
    if (!view->may_use(ask.account, ask.user))
        return judged;
    const Dearest cost = view->dearest(ask.partitions, ask.size, settings.assumed);
    if (group && !group->caps.empty())
        return cost.unknown ? judge_unpriced(*view, settings, *group, ask, cost, now)
                            : judge_cost(*view, settings, *group, ask, *cost.known, now);
    if (!cost.unknown)
        return unlimited(settings, group && group->quiet, ask, *cost.known);
    if (group)
        judged.trouble = cost.unknown;
    return judged;
}

/// Without an id nothing is kept.
void Budgets::raise_by(const BudgetView& view, const Settings& settings, const BudgetGroup& group,
                       const Ask& ask, std::optional<std::uint64_t> id, Time now, Judged& judged) {
    const bool known = believed(view, settings, now);
    const WhenStale when = group.when_stale.value_or(settings.when_stale);
    const bool free = may_exceed(group, ask) || (!known && when == WhenStale::Open);
    if (!free && !known)
        stop_with(unknown_for_change(), Reaction::Reject, settings.mode, judged);
    if (judged.error)
        return;
    const bool counts = counted(view, group, ask, free, judged, [&](const Stop& stop) {
        stop_with(error_of_change(shortage_of(stop, judged.at_most, {})), Reaction::Reject,
                  settings.mode, judged);
    });
    if (!counts)
        return;
    if (!id)
        return give_back(view, group.caps, judged.at_most);
    if (!keep(view, group, ask, *id, now, judged) && !free && when != WhenStale::Open)
        stop_with(unknown_for_change(), Reaction::Reject, settings.mode, judged);
}

/// What is not known of the job as it is was judged when it was submitted.
void Budgets::raise_unpriced(const BudgetView& view, const Settings& settings, const Dearer& more,
                             const Ask& ask, Judged& judged) const {
    judged.trouble = more.unknown;
    const WhenStale when = more.group->when_stale.value_or(settings.when_stale);
    const auto cost = view.dearest_anywhere(more.size, settings.assumed);
    if (!more.newly || may_exceed(*more.group, ask) || passes_unknown(when, cost, settings))
        return;
    const Unknown unknown = no_price(*more.unknown);
    stop_with({unknown.code, fmt::format("{}, so what the change would cost is not known; {}",
                                         unknown.why, unknown.advice)},
              Reaction::Reject, settings.mode, judged);
}

/// The job is counted already as the snapshot has it, so that only what it may cost more is.
Judged Budgets::raise(const BudgetView& view, const Settings& settings, const LiveJob& job,
                      const Change& change, Time now) {
    Judged judged;
    if (const auto lacking = lacks_qos(view, job, change)) {
        stop_with(*lacking, Reaction::Reject, settings.mode, judged);
        return judged;
    }
    const Dearer more = dearer_by(view, settings, job, change);
    if (more.unknown && more.group && !more.group->caps.empty())
        raise_unpriced(view, settings, more, change.to, judged);
    if (judged.error || !more.group || more.group->caps.empty() || more.amount.nanos <= 0 ||
        !same_currency(view, *more.group, more.currency))
        return judged;
    const std::uint64_t id = change_id(job.job, change);
    if (const auto held = holds_.find(id & of_a_job, of_a_job)) {
        if (held->id != id && !change.to.exempt)
            stop_with(too_early(view, settings, now), Reaction::Reject, settings.mode, judged);
        return judged;
    }
    judged.at_most = more.amount;
    judged.currency = more.currency;
    Ask ask = change.to;
    if (ask.qos.empty())
        ask.qos = job.qos;
    const bool keeps = !of_another(job, ask);
    raise_by(view, settings, *more.group, ask, keeps ? std::optional(id) : std::nullopt, now,
             judged);
    return judged;
}

/// Of a job that the snapshot does not have.
Judged Budgets::unlisted(const BudgetView& view, const Settings& settings, Time now) const {
    Judged judged;
    if (believed(view, settings, now))
        stop_with(too_early(view, settings, now), Reaction::Reject, settings.mode, judged);
    else if (settings.when_stale != WhenStale::Open)
        stop_with(unknown_for_change(), Reaction::Reject, settings.mode, judged);
    return judged;
}

Judged Budgets::judge(const View& view, const Settings& settings, const Change& change, Time now) {
    Judged judged;
    const bool matters = settings.mode != config::Mode::Off && !change.to.exempt;
    if (!view) {
        const bool strict = settings.when_unknown(change.to.account) >= WhenStale::Hold;
        if (matters && strict && change.release)
            stop_with(unknown_for_change(), Reaction::Reject, settings.mode, judged);
        return judged;
    }
    if (settings.mode == config::Mode::Off || view->snapshot().groups.empty())
        return judged;
    if (const LiveJob* job = view->job(change.job))
        return raise(*view, settings, *job, change, now);
    if (!matters || !may_be_dearer(change))
        return judged;
    return unlisted(*view, settings, now);
}

} // namespace fairlead::cost
