/// What groups, users, accounts, grants, universities or jobs cost: a function of charges and of
/// who pays. Writers show it.
#pragma once

#include "cost/report_amounts.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fairlead::cost {

enum class ReportOf { Group, User, Account, Grant, University, Job };

/// "group" and so on; nothing for another word.
std::optional<ReportOf> report_of(std::string_view word);
std::string_view to_string(ReportOf of);

struct Query {
    ReportOf of{};
    Time from{}; ///< a day's first second
    Time to{};   ///< the first second after the last day
    /// When it is true: up to then all is settled, and forecasts go on from there.
    Time as_of{};
    std::vector<std::string> groups{}; ///< only these, as below; empty: all
    std::vector<std::string> accounts{};
    std::vector<std::string> users{};
    std::vector<std::string> grants{};
    std::vector<std::string> universities{};

    bool of_all() const {
        return groups.empty() && accounts.empty() && users.empty() && grants.empty() &&
               universities.empty();
    }
};

/// A budget and what became of it in its period.
struct BudgetUse {
    Money amount{};
    std::string currency{};
    Period period{};
    Interval interval{};
    Wide spent = 0;
    std::optional<Money> held{}; ///< what waiting and running jobs may cost; not always known
    Wide forecast = 0;           ///< at the end of the period, if it goes on as so far
    Wide remaining() const { return Wide{amount.nanos} - spent - (held ? held->nanos : 0); }
};

struct ReportLine {
    std::string name{}; ///< of the group, user, account, grant or university; of a job its id
    std::string group{};
    std::string pi{};
    std::string university{};
    std::string fund{};
    std::string cluster{}; ///< this and all below: of jobs
    std::string account{};
    std::string user{};
    std::string state{};
    std::string day{};
    std::string instance_type{};
    std::string currency{};
    Amounts amounts{};
    std::optional<BudgetUse> budget{};
    std::optional<Time> grant_end{}; ///< its last day; of a group the last of its grants
};

/// A part of all, for charts: in one currency.
struct Slice {
    std::string name;
    std::string currency;
    Wide nanos = 0;
};

/// What people moved: never gathered, each with its reason.
struct Adjustment {
    std::string day, payer, currency, author, note;
    Money amount{};
};

/// What AWS billed for a month in one currency, once it was reconciled, and what of it nothing
/// explains: less than nothing where the ledger has more.
struct BillShare {
    Wide all = 0;
    Wide unexplained = 0;
    bool reconciled = false;
};
/// By month and currency.
using BillShares = std::map<std::pair<std::string, std::string>, BillShare>;

/// How much of what AWS billed the whole site for a month the ledger explains.
struct Explained {
    std::string month{}, currency{};
    std::optional<std::int64_t> hundredths{}; ///< of a percent; empty: not reconciled yet
};

/// "99.12 %", "not reconciled yet"
std::string to_string(const Explained& explained);

struct Report {
    Query query{};
    std::vector<ReportLine> lines{};  ///< by name, then currency
    std::vector<ReportLine> totals{}; ///< one for each currency
    std::vector<Slice> types{};       ///< by instance type
    std::vector<Slice> days{};        ///< rising
    std::vector<Slice> details{};     ///< of a grant: "GRANT/2026-06/ada"
    std::vector<Adjustment> adjustments{};
    BillShares
        bill{}; ///< of all who pay; empty where a report is narrowed, and of what is not reconciled
    std::vector<Explained> explained{}; ///< of the report's months, by month
    std::int64_t unpriced = 0;          ///< runs that ended in these days and are not in it
    std::optional<std::string> closed_through{};
    std::optional<Verified> ledger{}; ///< what it was made of; empty without a ledger
    bool closed() const;              ///< no month of it can change any more
};

/// Gathers charges one by one: those of the query's days make lines, and those of the periods of
/// budgets what was spent of them.
class Reporter {
  public:
    Reporter(Query query, const GroupsOverTime& groups);

    /// The days that are needed: of the query, and of the periods of budgets at its end.
    Interval needed() const;

    /// FL-C105.
    Result<void> take(const Charge& charge);

    /// Whether the report is of this part of a charge, but for its day.
    bool wanted(const Attributed& part) const;

    /// What holds wait for, by group and currency.
    void held(const std::string& group, const std::string& currency, Money amount);

    Report report() &&;

  private:
    struct Spending {
        BudgetUse use;
        std::string from, to; ///< days
    };
    Interval bill_months() const;
    Time now() const;
    void find_budgets();
    void add_budget(ReportOf of, const std::string& name, const std::optional<Budget>& budget,
                    const Group* group);
    void count(const DaySum& sum);
    void explain(Report& report) const;
    void spend(const Attributed& part);
    void gather(const Attributed& part);
    void add(std::unordered_map<std::string, Slice>& into,
             std::initializer_list<std::string_view> words, const Attributed& part);
    ReportLine& line_for(const Attributed& part);
    ReportLine described(const Attributed& part, std::string name) const;
    void describe_grant(ReportLine& line) const;
    std::string name_of(const Attributed& part) const;
    void add_unused_budgets(Report& report) const;

    Query query_;
    std::string from_, to_;            ///< days
    std::string bill_from_, bill_end_; ///< the first day of its months, and that behind them
    const GroupsOverTime& groups_;
    Attribution attribution_;
    std::map<std::pair<ReportOf, std::string>, Spending> budgets_{};
    BillShares bill_{};
    std::unordered_map<std::string, ReportLine> lines_{};
    std::unordered_map<std::string, Slice> types_{}, days_{}, details_{};
    std::string key_{};
    std::vector<Adjustment> adjustments_{};
};

} // namespace fairlead::cost
