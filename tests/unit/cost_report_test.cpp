#include "cost/report.hpp"

#include "cost_report_example.hpp"

#include <algorithm>
#include <random>

namespace fairlead::cost {
namespace cost_report_test {

using test::charged;
using test::june;
using test::reported;

constexpr Wide cent = 10'000'000;

/// "bio 3.00 USD, ..."
std::string lines(const Report& report) {
    std::string shown;
    for (const ReportLine& line : report.lines)
        shown += fmt::format("{}{} {} {}", shown.empty() ? "" : ", ", line.name,
                             show_cents(line.amounts.total() / cent), line.currency);
    return shown;
}

TEST(Report, IsByWhatWasAskedFor) {
    const std::vector<Charge> charges{charged("bio", 100), charged("cfd", 50),
                                      charged("other", 7, "2026-06-11", "run", "eve")};
    EXPECT_EQ(lines(reported(june(ReportOf::Account), charges)),
              "bio 1.00 USD, cfd 0.50 USD, other 0.07 USD");
    EXPECT_EQ(lines(reported(june(ReportOf::User), charges)), "ada 1.50 USD, eve 0.07 USD");
    EXPECT_EQ(lines(reported(june(ReportOf::University), charges)),
              "(none) 0.57 USD, north 1.00 USD");
    EXPECT_EQ(lines(reported(june(ReportOf::Grant), charges)),
              "(none) 0.57 USD, A 0.60 USD, B 0.40 USD");
    EXPECT_EQ(lines(reported(june(ReportOf::Group), charges)),
              "(none) 0.07 USD, bio 1.00 USD, cfd 0.50 USD, zoo 0.00 EUR")
        << "a group that spent nothing has a budget all the same";
}

TEST(Report, HasTheDaysThatWereAskedForAndNoOthers) {
    const Report report =
        reported(june(ReportOf::Account),
                 {charged("bio", 1, "2026-05-31"), charged("bio", 2, "2026-06-01"),
                  charged("bio", 4, "2026-06-30"), charged("bio", 8, "2026-07-01")});
    EXPECT_EQ(lines(report), "bio 0.06 USD");
    ASSERT_EQ(report.days.size(), 2u);
    EXPECT_EQ(report.days[1].name, "2026-06-30");
}

TEST(Report, EachKindOfCostHasItsPlace) {
    const Report report = reported(june(ReportOf::Account),
                                   {charged("bio", 1), charged("bio", 2, "2026-06-10", "suspended"),
                                    charged("bio", 4, "2026-06-10", "node_fail"),
                                    charged("bio", 8, "2026-06-10", "storage"),
                                    charged("bio", 16, "2026-06-10", "adjustment")});
    const Amounts& amounts = report.lines.at(0).amounts;
    EXPECT_TRUE(amounts.compute == 1 * cent && amounts.suspended == 2 * cent);
    EXPECT_TRUE(amounts.waste == 4 * cent && amounts.shared() == 8 * cent);
    EXPECT_TRUE(amounts.adjusted == 16 * cent && amounts.total() == 31 * cent);
    EXPECT_TRUE(amounts.spot_seconds == 3600 && amounts.node_seconds == 5 * 3600);
    ASSERT_EQ(report.adjustments.size(), 1u);
}

TEST(Report, ABudgetIsOfItsOwnPeriodAndOfAllThatItsGroupOwes) {
    Query query = june(ReportOf::Group);
    query.users = {"eve"};
    const Report report =
        reported(query, {charged("bio", 700), charged("bio", 50, "2026-06-12", "run", "eve"),
                         charged("bio", 9, "2026-05-31"), charged("cfd", 60, "2026-04-01"),
                         charged("cfd", 1, "2026-06-12", "run", "eve")});
    EXPECT_EQ(lines(report), "bio 0.50 USD, cfd 0.01 USD");
    const BudgetUse& bio = *report.lines[0].budget;
    EXPECT_TRUE(bio.spent == 750 * cent);
    EXPECT_TRUE(bio.remaining() == (10'000 - 750) * cent);
    EXPECT_TRUE(bio.forecast == 1500 * cent) << "15 of 30 days are gone";
    EXPECT_EQ(day_name(bio.interval.from), "2026-06-01");
    const BudgetUse& cfd = *report.lines[1].budget;
    EXPECT_TRUE(cfd.spent == 61 * cent);
    EXPECT_EQ(day_name(cfd.interval.from), "2026-04-01");
}

TEST(Report, ABudgetKnowsNothingOfWhatCameBehindTheReport) {
    Query may{.of = ReportOf::Group,
              .from = read_day("2026-05-01").value(),
              .to = read_day("2026-06-01").value(),
              .as_of = read_day("2026-06-16").value()};
    const std::vector<Charge> all{charged("cfd", 61, "2026-04-01"),
                                  charged("cfd", 61, "2026-05-31"),
                                  charged("cfd", 7000, "2026-06-01")};
    const Report report = reported(may, all);
    const auto line = std::ranges::find(report.lines, "cfd", &ReportLine::name);
    ASSERT_TRUE(line != report.lines.end() && line->budget);
    const BudgetUse& cfd = *line->budget;
    EXPECT_TRUE(cfd.spent == 122 * cent);
    EXPECT_TRUE(cfd.forecast == 182 * cent) << "61 of 91 days are gone at the report's end";
    EXPECT_EQ(day_name(Reporter(may, test::example_groups()).needed().to), "2026-06-01");
}

Charge unexplained(std::int64_t cents, const std::string& day = "2026-06-30") {
    Charge rest = charged("bio", cents, day, "unexplained");
    rest.sum.payer = "pool:unexplained";
    return rest;
}

TEST(Report, SaysWhatOfTheBillNothingExplains) {
    Query query = june(ReportOf::Group);
    const Charge rest = unexplained(5);
    const Report report = reported(query, {charged("bio", 70), charged("cfd", 25), rest});
    ASSERT_EQ(report.bill.size(), 1u);
    EXPECT_TRUE(report.bill.at({"2026-06", "USD"}).all == 100 * cent) << "of all who pay";
    EXPECT_TRUE(report.bill.at({"2026-06", "USD"}).unexplained == 5 * cent);
    query.groups = {"bio"};
    EXPECT_TRUE(reported(query, {charged("bio", 70), charged("cfd", 25), rest}).bill.empty())
        << "of a group it says nothing";
    EXPECT_TRUE(reported(query, {charged("bio", 70)}).bill.empty());
}

std::string explained(const Query& query, const std::vector<Charge>& charges) {
    std::string text;
    for (const Explained& one : reported(query, charges).explained)
        text += fmt::format("{} {} {};", one.month, one.currency, to_string(one));
    return text;
}

TEST(Report, EachPageSaysHowMuchOfTheSitesBillIsExplained) {
    Query query = june(ReportOf::Group);
    query.groups = {"bio"};
    EXPECT_EQ(explained(query, {charged("bio", 70)}), "2026-06 USD not reconciled yet;");
    EXPECT_EQ(explained(query, {charged("bio", 70), charged("cfd", 25), unexplained(5)}),
              "2026-06 USD 95.00 %;");
    EXPECT_EQ(explained(query, {charged("bio", 70), unexplained(0)}), "2026-06 USD 100 %;");
    EXPECT_EQ(explained(query, {charged("bio", 10'000'000), unexplained(1)}),
              "2026-06 USD 99.99 %;")
        << "all but a cent is not all";
    EXPECT_EQ(explained(query, {charged("bio", 110), unexplained(-10)}), "2026-06 USD 90.00 %;")
        << "what the ledger has too much is not explained either";
    query.to = *read_day("2026-06-11");
    EXPECT_EQ(
        explained(query, {charged("bio", 70), charged("bio", 20, "2026-06-25"), unexplained(10)}),
        "2026-06 USD 90.00 %;")
        << "a bill is of whole months";
    for (const ReportOf of : {ReportOf::Grant, ReportOf::University})
        EXPECT_NE(explained(june(of), {charged("bio", 70)}), "");
    EXPECT_EQ(explained(june(ReportOf::User), {charged("bio", 70)}), "");
    EXPECT_EQ(explained(june(ReportOf::User), {charged("bio", 95), unexplained(5)}),
              "2026-06 USD 95.00 %;")
        << "all of them were compared";
}

/// It stands on the first day of the first month that is open.
TEST(Report, WhatIsLeftOfAClosedMonthSaysNothingOfTheBillOfAnother) {
    const Query query = june(ReportOf::Group);
    const Charge late = unexplained(-30, "2026-06-01");
    const Report report = reported(query, {charged("bio", 100), late});
    EXPECT_TRUE(report.bill.empty());
    EXPECT_NE(lines(report).find("(unexplained) -0.30 USD"), std::string::npos) << "it is owed";
    EXPECT_EQ(explained(query, {charged("bio", 100), late}), "2026-06 USD not reconciled yet;");
    EXPECT_EQ(explained(query, {charged("bio", 95), late, unexplained(5)}), "2026-06 USD 95.00 %;");
}

TEST(Report, ThoseThatReadOnlyTheirOwnDaysSayNothingOfTheBillOfAPartOfAMonth) {
    const std::vector<Charge> charges{charged("bio", 70), charged("bio", 20, "2026-06-25"),
                                      unexplained(10)};
    for (const ReportOf of : {ReportOf::User, ReportOf::Account, ReportOf::Job}) {
        Query query = june(of);
        EXPECT_EQ(explained(query, charges), "2026-06 USD 90.00 %;");
        query.from = *read_day("2026-06-20");
        EXPECT_EQ(explained(query, charges), "");
        EXPECT_TRUE(reported(query, charges).bill.empty());
        query.from = *read_day("2026-06-01");
        query.to = *read_day("2026-07-02");
        EXPECT_EQ(explained(query, charges), "2026-06 USD 90.00 %;") << "it has all of June";
    }
}

TEST(Report, WhatIsSharedStandsByItsKind) {
    const Report report = reported(
        june(ReportOf::Group),
        {charged("bio", 1, "2026-06-10", "storage"), charged("bio", 2, "2026-06-10", "transfer"),
         charged("bio", 4, "2026-06-10", "overhead"), charged("bio", 8, "2026-06-10", "other")});
    const Amounts& amounts = report.lines.at(0).amounts;
    EXPECT_TRUE(amounts.storage == 1 * cent && amounts.transfer == 2 * cent &&
                amounts.overhead == 12 * cent);
    EXPECT_TRUE(amounts.shared() == 15 * cent && amounts.total() == 15 * cent);
}

TEST(Report, NeedsTheDaysOfBudgetsToo) {
    const Reporter by_group(june(ReportOf::Group), test::example_groups());
    EXPECT_EQ(day_name(by_group.needed().from), "2026-04-01") << "a quarter's";
    EXPECT_EQ(day_name(by_group.needed().to), "2026-07-01");
    const Reporter by_user(june(ReportOf::User), test::example_groups());
    EXPECT_EQ(day_name(by_user.needed().from), "2026-06-01");
}

TEST(Report, WhatIsHeldIsTakenOffWhatRemains) {
    Reporter reporter(june(ReportOf::Group), test::example_groups());
    ASSERT_TRUE(reporter.take(charged("bio", 1000)));
    reporter.held("bio", "USD", {3'000'000'000});
    reporter.held("zoo", "USD", {1}); // its budget is in euros
    const Report report = std::move(reporter).report();
    EXPECT_TRUE(report.lines[0].budget->remaining() == (10'000 - 1000 - 300) * cent);
    EXPECT_FALSE(report.lines[1].budget->held);
}

TEST(Report, CurrenciesStayApart) {
    Charge euros = charged("bio", 5);
    euros.sum.currency = "EUR";
    const Report report = reported(june(ReportOf::Account), {charged("bio", 3), euros});
    EXPECT_EQ(lines(report), "bio 0.05 EUR, bio 0.03 USD");
    EXPECT_EQ(report.totals.size(), 2u);
}

TEST(Report, IsNarrowedToWhatWasNamed) {
    const std::vector<Charge> charges{charged("bio", 1), charged("cfd", 2), charged("other", 4)};
    Query query = june(ReportOf::Account);
    query.groups = {"cfd", "(none)"};
    EXPECT_EQ(lines(reported(query, charges)), "cfd 0.02 USD, other 0.04 USD");
    query = june(ReportOf::Account);
    query.universities = {"north"};
    EXPECT_EQ(lines(reported(query, charges)), "bio 0.01 USD");
    query = june(ReportOf::Account);
    query.grants = {"A"};
    EXPECT_TRUE(reported(query, charges).lines.at(0).amounts.total() == 6'000'000);
}

TEST(Report, JobsAreRunsOfTheirOwn) {
    Charge again = charged("bio", 2);
    again.run = "10";
    const Report report =
        reported(june(ReportOf::Job), {charged("bio", 1), again, charged("bio", 4)});
    ASSERT_EQ(report.lines.size(), 2u);
    EXPECT_EQ(report.lines[0].name, "4711");
    EXPECT_EQ(report.lines[0].user, "ada");
    EXPECT_EQ(report.lines[0].state, "COMPLETED");
    EXPECT_TRUE(report.lines[0].amounts.total() + report.lines[1].amounts.total() == 7 * cent);
}

TEST(Report, IsClosedWhenItsLastMonthIs) {
    Report report = reported(june(ReportOf::User), {});
    EXPECT_FALSE(report.closed());
    report.closed_through = "2026-05";
    EXPECT_FALSE(report.closed());
    report.closed_through = "2026-06";
    EXPECT_TRUE(report.closed());
}

/// Property: in whatever order charges come, and however they are gathered, lines, types and days
/// sum to the same.
TEST(Report, PartsSumToTheWholeInAnyOrder) {
    std::mt19937 random(11);
    std::vector<Charge> charges;
    Wide whole = 0;
    for (int i = 0; i < 500; ++i) {
        const char* accounts[] = {"bio", "cfd", "zoo", "other"};
        const char* kinds[] = {"run", "suspended", "node_fail", "storage", "adjustment"};
        charges.push_back(charged(accounts[random() % 4], static_cast<int>(random() % 9999) - 5000,
                                  fmt::format("2026-06-{:02}", 1 + random() % 30),
                                  kinds[random() % 5], random() % 2 ? "ada" : "eve"));
        charges.back().sum.amount.nanos += static_cast<std::int64_t>(random() % 1000);
        whole += charges.back().sum.amount.nanos;
    }
    for (const ReportOf of : {ReportOf::Group, ReportOf::User, ReportOf::Account, ReportOf::Grant,
                              ReportOf::University, ReportOf::Job}) {
        const Report first = reported(june(of), charges);
        std::ranges::shuffle(charges, random);
        const Report again = reported(june(of), charges);
        EXPECT_EQ(lines(first), lines(again));
        Wide by_line = 0, by_type = 0, by_day = 0;
        for (const ReportLine& line : first.lines)
            by_line += line.amounts.total();
        for (const Slice& slice : first.types)
            by_type += slice.nanos;
        for (const Slice& slice : first.days)
            by_day += slice.nanos;
        EXPECT_TRUE(by_line == whole && by_type == whole && by_day == whole);
    }
}

TEST(Report, KindsHaveTheirWords) {
    for (const std::string_view word : {"group", "user", "account", "grant", "university", "job"})
        EXPECT_EQ(to_string(report_of(word).value()), word);
    EXPECT_FALSE(report_of("groups"));
}

} // namespace cost_report_test
} // namespace fairlead::cost
