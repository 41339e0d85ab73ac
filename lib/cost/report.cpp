#include "cost/report.hpp"

#include "cost/months.hpp"

#include <algorithm>
#include <array>

namespace fairlead::cost {
namespace {

constexpr std::array<std::string_view, 6> kinds{"group", "user",       "account",
                                                "grant", "university", "job"};
constexpr std::string_view none = "(none)";

bool among(const std::vector<std::string>& wanted, std::string_view name) {
    return wanted.empty() || std::ranges::find(wanted, name) != wanted.end();
}

/// In the order of names, then currencies.
std::vector<Slice> slices(const std::unordered_map<std::string, Slice>& parts) {
    std::vector<Slice> all;
    for (const auto& [key, slice] : parts)
        all.push_back(slice);
    std::ranges::sort(all, {},
                      [](const Slice& slice) { return std::tie(slice.name, slice.currency); });
    return all;
}

Wide forecast_of(const BudgetUse& use, Time as_of) {
    const auto whole = (use.interval.to - use.interval.from).count();
    const auto gone = std::min(as_of, use.interval.to) - use.interval.from;
    if (use.period == Period::Rolling || gone.count() <= 0)
        return use.spent;
    const auto product = times(use.spent, whole);
    return product ? divided(*product, gone.count()) : use.spent;
}

/// For PIs and universities, who ask how much of the bill is explained.
bool is_page_of(ReportOf of) {
    return of == ReportOf::Group || of == ReportOf::Grant || of == ReportOf::University;
}

/// In hundredths of a percent, and 100 only where nothing is left.
std::int64_t explained_part(const BillShare& share) {
    constexpr std::int64_t all = 10'000;
    const Wide rest = share.unexplained < 0 ? -share.unexplained : share.unexplained;
    if (rest == 0)
        return all;
    const auto product = times(share.all - rest, all);
    if (share.all <= 0 || rest >= share.all || !product)
        return 0;
    return static_cast<std::int64_t>(*product / share.all);
}

} // namespace

std::string to_string(const Explained& explained) {
    constexpr std::int64_t one_percent = 100;
    if (!explained.hundredths)
        return "not reconciled yet";
    if (*explained.hundredths == 100 * one_percent)
        return "100 %";
    return fmt::format("{}.{:02} %", *explained.hundredths / one_percent,
                       *explained.hundredths % one_percent);
}

std::optional<ReportOf> report_of(std::string_view word) {
    const auto found = std::ranges::find(kinds, word);
    if (found == kinds.end())
        return std::nullopt;
    return static_cast<ReportOf>(found - kinds.begin());
}

std::string_view to_string(ReportOf of) { return kinds.at(static_cast<std::size_t>(of)); }

bool Report::closed() const {
    return closed_through && month_name(query.to - std::chrono::seconds(1)) <= *closed_through;
}

Reporter::Reporter(Query query, const GroupsOverTime& groups)
    : query_(std::move(query)), from_(day_name(query_.from)), to_(day_name(query_.to)),
      groups_(groups), attribution_(groups) {
    const Interval months = bill_months();
    bill_from_ = day_name(months.from);
    bill_end_ = day_name(months.to);
    find_budgets();
}

/// A bill is of whole months. A page reads all of those that it has a day of; what may read each
/// run has a bill for those alone that it is all of.
Interval Reporter::bill_months() const {
    const Time begin = month_of(query_.from);
    if (is_page_of(query_.of))
        return {begin, month_after(query_.to - std::chrono::seconds(1))};
    return {begin == query_.from ? begin : month_after(begin), month_of(query_.to)};
}

/// Budgets are those of the last moment of the report that is settled.
Time Reporter::now() const {
    return std::clamp(query_.as_of, query_.from, query_.to - std::chrono::seconds(1));
}

void Reporter::find_budgets() {
    const Time now = this->now();
    const Groups& groups = groups_.on(day_name(now));
    if (query_.of == ReportOf::Group)
        for (const Group& group : groups.groups)
            add_budget(query_.of, group.name, group.budget, &group);
    if (query_.of == ReportOf::University)
        for (const auto& [name, budget] : groups.universities)
            add_budget(query_.of, name, budget, nullptr);
}

void Reporter::add_budget(ReportOf of, const std::string& name, const std::optional<Budget>& budget,
                          const Group* group) {
    if (!budget)
        return;
    const Time now = this->now();
    static const Group no_group;
    BudgetUse use{.amount = budget->amount, .currency = budget->currency, .period = budget->period};
    use.interval = period_of(*budget, group ? *group : no_group, groups_.on(day_name(now)), now);
    // A rolling period ends now: with the day that now is in, and so many days in all.
    const auto today = std::chrono::floor<std::chrono::days>(use.interval.to);
    if (budget->period == Period::Rolling)
        use.interval = {today + std::chrono::days(1) - budget->days, today + std::chrono::days(1)};
    // What is spent behind the report's end is of another report.
    const Time end = std::min(use.interval.to, query_.to);
    budgets_.emplace(
        std::pair(of, name),
        Spending{.use = use, .from = day_name(use.interval.from), .to = day_name(end)});
}

Interval Reporter::needed() const {
    Interval needed{query_.from, query_.to};
    for (const auto& [name, spending] : budgets_) {
        needed.from = std::min(needed.from, spending.use.interval.from);
    }
    if (const Interval months = bill_months(); months.from < months.to) {
        needed.from = std::min(needed.from, months.from);
        needed.to = std::max(needed.to, months.to);
    }
    return needed;
}

bool Reporter::wanted(const Attributed& part) const {
    return among(query_.groups, part.group ? std::string_view(part.group->name) : none) &&
           among(query_.accounts, part.account) && among(query_.users, part.charge->sum.user) &&
           among(query_.grants, part.grant.empty() ? none : part.grant) &&
           among(query_.universities, part.university.empty() ? none : part.university);
}

Result<void> Reporter::take(const Charge& charge) {
    if (charge.sum.kind == "close")
        return {};
    count(charge.sum);
    const auto each = [this](const Attributed& part) {
        spend(part);
        const std::string& day = part.charge->sum.day;
        if (from_ <= day && day < to_ && wanted(part))
            gather(part);
    };
    if (query_.of == ReportOf::Grant || !query_.grants.empty())
        return attribution_.parts(charge, each);
    each(attribution_.whole(charge));
    return {};
}

/// All that anybody pays, whatever the report is narrowed to. What is left of a month's bill stands
/// on its last day; that of a closed one on the first day of another, whose bill it is not of.
void Reporter::count(const DaySum& sum) {
    if (sum.day < bill_from_ || sum.day >= bill_end_)
        return;
    const bool unexplained = sum.payer == "pool:unexplained";
    if (unexplained && sum.day.ends_with("-01"))
        return;
    BillShare& share = bill_[{sum.day.substr(0, sum.day.size() - 3), sum.currency}];
    share.all += sum.amount.nanos;
    if (!unexplained)
        return;
    share.unexplained += sum.amount.nanos;
    share.reconciled = true;
}

/// What counts against a budget is all that its group owes, whatever the report is narrowed to.
void Reporter::spend(const Attributed& part) {
    if (budgets_.empty())
        return;
    const std::string name(query_.of == ReportOf::University ? part.university
                           : part.group                      ? std::string_view(part.group->name)
                                                             : "");
    const auto found = budgets_.find({query_.of, name});
    if (found == budgets_.end())
        return;
    Spending& spending = found->second;
    const DaySum& sum = part.charge->sum;
    if (spending.from <= sum.day && sum.day < spending.to && sum.currency == spending.use.currency)
        spending.use.spent += part.amount.nanos;
}

void Reporter::held(const std::string& group, const std::string& currency, Money amount) {
    const auto found = budgets_.find({ReportOf::Group, group});
    if (found != budgets_.end() && found->second.use.currency == currency)
        found->second.use.held = amount;
}

std::string Reporter::name_of(const Attributed& part) const {
    if (!part.pool.empty())
        return "(" + std::string(part.pool) + ")";
    const auto named = [](std::string_view name) {
        return std::string(name.empty() ? none : name);
    };
    switch (query_.of) {
    case ReportOf::Group:
        return named(part.group ? std::string_view(part.group->name) : "");
    case ReportOf::User:
        return named(part.charge->sum.user);
    case ReportOf::Account:
        return named(part.account);
    case ReportOf::Grant:
        return named(part.grant);
    case ReportOf::University:
        return named(part.university);
    case ReportOf::Job:
        break;
    }
    return named(part.charge->job);
}

void Reporter::describe_grant(ReportLine& line) const {
    const Groups& groups = groups_.on(day_name(query_.to - std::chrono::seconds(1)));
    const auto grant = groups.grants.find(line.name);
    if (grant == groups.grants.end())
        return;
    line.fund = grant->second.fund;
    line.grant_end = grant->second.to - std::chrono::days(1);
}

ReportLine Reporter::described(const Attributed& part, std::string name) const {
    ReportLine line{.name = std::move(name), .currency = part.charge->sum.currency};
    const bool by_person = query_.of == ReportOf::User || query_.of == ReportOf::University;
    line.university = part.university;
    if (part.group && !by_person) {
        line.group = part.group->name;
        line.pi = part.group->pi;
    }
    if (query_.of == ReportOf::User)
        line.university = "";
    if (query_.of == ReportOf::Grant)
        describe_grant(line);
    if (query_.of == ReportOf::Group && part.group)
        for (const GrantShare& share : part.group->grants) {
            const Groups& groups = groups_.on(part.charge->sum.day);
            const Time end = groups.grants.find(share.grant)->second.to - std::chrono::days(1);
            line.grant_end = std::max(line.grant_end.value_or(end), end);
        }
    if (query_.of != ReportOf::Job)
        return line;
    const DaySum& sum = part.charge->sum;
    line.cluster = sum.cluster;
    line.account = part.account;
    line.user = sum.user;
    line.instance_type = sum.instance_type;
    return line;
}

ReportLine& Reporter::line_for(const Attributed& part) {
    const DaySum& sum = part.charge->sum;
    std::string name = name_of(part);
    std::string key = name + '\0' + sum.currency;
    if (query_.of == ReportOf::Job)
        key += '\0' + sum.cluster + '\0' + part.charge->run + '\0' + sum.payer;
    const auto found = lines_.find(key);
    return found != lines_.end()
               ? found->second
               : lines_.emplace(std::move(key), described(part, std::move(name))).first->second;
}

/// To the slice with the name that `words` make.
void Reporter::add(std::unordered_map<std::string, Slice>& into,
                   std::initializer_list<std::string_view> words, const Attributed& part) {
    key_.clear();
    for (const std::string_view word : words)
        key_ += word.empty() ? none : word;
    const std::size_t length = key_.size();
    const std::string& currency = part.charge->sum.currency;
    key_.append(1, '\0').append(currency);
    auto known = into.find(key_);
    if (known == into.end())
        known = into.emplace(key_, Slice{key_.substr(0, length), currency}).first;
    known->second.nanos += part.amount.nanos;
}

void Reporter::gather(const Attributed& part) {
    ReportLine& line = line_for(part);
    const Charge& charge = *part.charge;
    line.amounts += amounts_of(part);
    if (query_.of == ReportOf::Job) {
        line.day = std::max(line.day, charge.sum.day);
        line.state = charge.state;
    }
    const DaySum& sum = charge.sum;
    add(types_, {sum.instance_type}, part);
    add(days_, {sum.day}, part);
    if (query_.of == ReportOf::Grant)
        add(details_, {line.name, "/", std::string_view(sum.day).substr(0, 7), "/", sum.user},
            part);
    if (charge.sum.kind == "adjustment")
        adjustments_.push_back({charge.sum.day, charge.sum.payer, charge.sum.currency,
                                charge.author, charge.note, part.amount});
}

/// A group that spent nothing has a budget all the same.
void Reporter::add_unused_budgets(Report& report) const {
    const Groups& groups = groups_.on(day_name(report.query.to - std::chrono::seconds(1)));
    for (const auto& [of, spending] : budgets_) {
        const auto has_line = [&](const ReportLine& line) {
            return line.name == of.second && line.currency == spending.use.currency;
        };
        const Query& query = report.query;
        const auto group = std::ranges::find(groups.groups, of.second, &Group::name);
        if (of.first != ReportOf::Group || !among(query.groups, of.second) ||
            group == groups.groups.end() || !among(query.universities, group->university) ||
            !query.accounts.empty() || !query.users.empty() || !query.grants.empty() ||
            std::ranges::any_of(report.lines, has_line))
            continue;
        report.lines.push_back({.name = group->name,
                                .group = group->name,
                                .pi = group->pi,
                                .university = group->university,
                                .currency = spending.use.currency});
    }
}

Report Reporter::report() && {
    Report report{.query = std::move(query_)};
    for (auto& [key, line] : lines_)
        if (!line.amounts.nothing())
            report.lines.push_back(std::move(line));
    add_unused_budgets(report);
    const auto order = [](const ReportLine& line) {
        return std::tie(line.name, line.currency, line.cluster, line.day, line.account, line.user);
    };
    std::ranges::sort(report.lines, {}, order);
    std::map<std::string, Amounts> totals;
    for (ReportLine& line : report.lines) {
        totals[line.currency] += line.amounts;
        const auto budget = budgets_.find({report.query.of, line.name});
        if (budget == budgets_.end() || budget->second.use.currency != line.currency)
            continue;
        line.budget = budget->second.use;
        line.budget->forecast =
            forecast_of(*line.budget, std::min(report.query.as_of, report.query.to));
    }
    for (const auto& [currency, amounts] : totals)
        report.totals.push_back({.name = "all", .currency = currency, .amounts = amounts});
    report.types = slices(types_);
    report.days = slices(days_);
    report.details = slices(details_);
    report.adjustments = std::move(adjustments_);
    explain(report);
    return report;
}

/// Amounts are those of all who pay, so they stay out of a report of some of them.
void Reporter::explain(Report& report) const {
    const bool all = report.query.of_all();
    for (const auto& [key, share] : bill_) {
        if (share.reconciled && all)
            report.bill.emplace(key, share);
        Explained explained{.month = key.first, .currency = key.second};
        if (share.reconciled)
            explained.hundredths = explained_part(share);
        if (is_page_of(report.query.of) || (share.reconciled && all))
            report.explained.push_back(std::move(explained));
    }
}

} // namespace fairlead::cost
