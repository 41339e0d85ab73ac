#include "cost/groups.hpp"

#include "expect_error.hpp"
#include "source_dir.hpp"

#include <gtest/gtest.h>
#include <random>

namespace fairlead::cost {
namespace cost_groups_test {

using test::fails_with;
using test::succeeds;

Result<Groups> read(const std::string& text) {
    return parse_groups("schema: fairlead.groups/1\n" + text, "g.yaml");
}

Groups shipped() {
    auto groups = load_groups(test::source_dir() / "conf/cost-examples/groups.yaml");
    EXPECT_TRUE(succeeds(groups));
    return std::move(*groups);
}

Time day(std::string_view text) { return read_time(text).value(); }

std::string period(const Budget& budget, const Group& group, std::string_view now) {
    const Interval interval = period_of(budget, group, shipped(), day(now));
    return show_time(interval.from).substr(0, 10) + " " + show_time(interval.to).substr(0, 10);
}

TEST(Groups, AreReadWithAllThatBelongsToThem) {
    const Groups all = shipped();
    ASSERT_EQ(all.groups.size(), 2u);
    const Group& bio = all.groups[0];
    EXPECT_EQ(bio.pi, "ada");
    EXPECT_EQ(bio.university, "north");
    EXPECT_EQ(bio.accounts, (std::vector<std::string>{"bio", "bio-gpu"}));
    ASSERT_EQ(bio.grants.size(), 2u);
    EXPECT_EQ(bio.grants[0].grant, "NIH-1");
    EXPECT_EQ(bio.grants[0].parts, 60'000'000);
    EXPECT_EQ(bio.budget->amount, read_money("4000").value());
    EXPECT_EQ(bio.thresholds.size(), 4u);
    EXPECT_EQ(bio.thresholds[2].reaction, Reaction::RequireQos);
    EXPECT_EQ(bio.thresholds[2].qos, "low");
    EXPECT_EQ(bio.may_exceed, (std::vector<std::string>{"ada"}));
    EXPECT_EQ(all.grants.at("NIH-1").to, day("2029-01-01")) << "its last day belongs to it";
    EXPECT_EQ(all.grants.at("NIH-1").fund, "4711-12");
    EXPECT_FALSE(all.universities.at("south"));
    EXPECT_EQ(bio.viewers, (std::vector<std::string>{"office@north.example"}));
    EXPECT_EQ(all.university_viewers.at("north").size(), 2u);
    EXPECT_EQ(all.site_viewers, (std::vector<std::string>{"board@cluster.example"}));
    EXPECT_EQ(all.site->amount, read_money("200000").value());
}

TEST(Groups, AreFoundByAccount) {
    const Groups all = shipped();
    EXPECT_EQ(all.of_account("bio-gpu"), &all.groups[0]);
    EXPECT_EQ(all.of_account("cfd"), &all.groups[1]);
    EXPECT_EQ(all.of_account("chem"), nullptr);
    EXPECT_EQ(all.of_account(""), nullptr);
}

TEST(Groups, AccountsAreInSmallLettersAsSlurmKeepsThem) {
    const auto all = read("groups: {bio: {accounts: [Bio, BIO-gpu]}}\n");
    ASSERT_TRUE(succeeds(all));
    EXPECT_EQ(all->groups[0].accounts, (std::vector<std::string>{"bio", "bio-gpu"}));
    EXPECT_EQ(all->of_account("bIO"), &all->groups[0]);
}

TEST(Groups, ABudgetHasAPeriod) {
    const Groups all = shipped();
    const Group& bio = all.groups[0];
    EXPECT_EQ(period({.period = Period::Month}, bio, "2026-12-31"), "2026-12-01 2027-01-01");
    EXPECT_EQ(period({.period = Period::Quarter}, bio, "2026-05-31"), "2026-04-01 2026-07-01");
    EXPECT_EQ(period({.period = Period::Quarter}, bio, "2026-12-01"), "2026-10-01 2027-01-01");
    EXPECT_EQ(period({.period = Period::Rolling, .days = std::chrono::days(30)}, bio, "2026-03-01"),
              "2026-01-30 2026-03-01");
    EXPECT_EQ(period({.period = Period::Grant}, bio, "2026-03-01"), "2026-01-01 2029-01-01");
}

TEST(Groups, AnAmountNamesItsCurrency) {
    const auto all = read("site: {budget: {amount: 12.5 EUR, period: rolling, days: 30}}\n");
    ASSERT_TRUE(succeeds(all));
    EXPECT_EQ(all->site->currency, "EUR");
    EXPECT_EQ(all->site->amount.nanos, 12'500'000'000);
    EXPECT_EQ(all->site->days, std::chrono::days(30));
}

TEST(Groups, WhatAGroupCostsIsDividedAmongItsGrantsWithoutLoss) {
    const Groups all = shipped();
    EXPECT_EQ(among_grants({1}, all.groups[0]).value(), (std::vector<Money>{{1}, {0}}));
    EXPECT_EQ(among_grants({101}, all.groups[0]).value(), (std::vector<Money>{{61}, {40}}));
    EXPECT_TRUE(among_grants({101}, all.groups[1])->empty());
    std::mt19937_64 random(7);
    for (int i = 0; i < 1000; ++i) {
        const Money cost{static_cast<std::int64_t>(random())};
        EXPECT_EQ(sum(among_grants(cost, all.groups[0]).value()).value(), cost);
    }
}

TEST(Groups, MistakesAreNamedWithTheirPlaces) {
    const std::string group = "groups:\n  bio:\n    accounts: [bio]\n";
    const std::pair<std::string, const char*> wrong[] = {
        {"group: {}\n", "g.yaml:2:1: unknown key 'group'"},
        {"groups: {bio: {pi: ada}}\n", "g.yaml:2:15: group bio has no accounts"},
        {group + "    pii: ada\n",
         "g.yaml:5:5: unknown key 'pii' in group bio, did you mean 'pi'?"},
        {group + "    grants: {A: 60, B: 39.9}\n", "the grants of bio sum to 99.9 %"},
        {group + "    grants: {A: -1, B: 101}\n", "A is '-1'; expected percent"},
        {group + "    grants: {A: 100}\n", "names grant A, which `grants:` does not"},
        {group + "    university: moon\n", "names university moon"},
        {group + "    budget: {period: month}\n", "the budget has no amount"},
        {group + "    budget: {amount: much}\n", "g.yaml:5:22: amount is 'much'"},
        {group + "    budget: {amount: -1}\n", "amount is '-1'"},
        {group + "    budget: {amount: 1 dollars}\n", "amount is '1 dollars'"},
        {group + "    budget: {amount: 1, period: week}\n", "period is 'week'"},
        {group + "    budget: {amount: 1, period: rolling}\n", "days belongs to"},
        {group + "    budget: {amount: 1, days: 30}\n", "days belongs to"},
        {group + "    budget: {amount: 1, period: grant}\n", "but no grants"},
        {group + "    thresholds: [{at: 80, then: warn}]\n", "has thresholds, but no budget"},
        {group + "    thresholds: [{at: 80}]\n", "needs `at` and `then`"},
        {group + "    thresholds: [{at: 0, then: warn}]\n", "at is '0'"},
        {group + "    thresholds: [{at: 80, then: shout}]\n", "then is 'shout'"},
        {group + "    thresholds: [{at: 80, then: hold}, {at: 50, then: note}]\n", "must rise"},
        {group + "    thresholds: [{at: 80, then: require_qos}]\n", "qos belongs to"},
        {group + "    thresholds: [{at: 80, then: warn, qos: low}]\n", "qos belongs to"},
        {group + "  chem:\n    accounts: [chem, bio]\n", "account bio is in groups bio and chem"},
        {group + "  chem:\n    accounts: [BIO]\n", "account bio is in groups bio and chem"},
        {group + "    viewers: [eve]\n", "g.yaml:5:14: viewer 'eve' is no mail address"},
        {"universities: {north: {viewers: ['a@x, b@y']}}\n", "viewer 'a@x, b@y' is no mail"},
        {"site: {viewers: [\"a@x\\nBcc: b\"]}\n", "viewer 'a@x?Bcc: b' is no mail address"},
        {"site: {budget: {amount: 1, period: grant}}\n", "g.yaml:2:16: `period: grant` is for"},
        {"universities: {north: {budget: {amount: 1, period: grant}}}\n",
         "`period: grant` is for a group"},
        {"grants: {A: {start: 2026-01-01}}\n", "grant A needs a start and an end"},
        {"grants: {A: {start: 2026-01-02, end: 2026-01-01}}\n", "needs a start and an end"},
        {"grants: {A: {start: soon, end: 2026-01-01}}\n", "start is 'soon'"},
    };
    for (const auto& [text, message] : wrong) {
        const auto groups = read(text);
        ASSERT_FALSE(groups) << text;
        EXPECT_NE(groups.error().message.find(message), std::string::npos)
            << groups.error().message;
    }
    EXPECT_TRUE(fails_with(load_groups("/nonexistent/g.yaml"), Code::X101));
}

TEST(Groups, AFiscalYearIsNamedForTheOneItEndsIn) {
    const Groups calendar = read("").value();
    EXPECT_EQ(fiscal_year(calendar, 2027).from, day("2027-01-01"));
    EXPECT_EQ(fiscal_year(calendar, 2027).to, day("2028-01-01"));
    const Groups july = read("site: {fiscal_year_start: 7}\n").value();
    EXPECT_EQ(fiscal_year(july, 2027).from, day("2026-07-01"));
    EXPECT_EQ(fiscal_year(july, 2027).to, day("2027-07-01"));
    const Groups february = read("site: {fiscal_year_start: 2}\n").value();
    const Budget quarterly{.period = Period::Quarter};
    EXPECT_EQ(period_of(quarterly, {}, february, day("2026-01-31")).from, day("2025-11-01"));
    EXPECT_EQ(period_of(quarterly, {}, february, day("2026-02-01")).to, day("2026-05-01"));
    EXPECT_TRUE(fails_with(read("site: {fiscal_year_start: 13}\n"), Code::X106));
}

TEST(Groups, AWorkloadKeyIsOfOneGrant) {
    EXPECT_EQ(shipped().grants.at("NSF-2").wckeys, (std::vector<std::string>{"nsf"}));
    EXPECT_TRUE(fails_with(read("grants:\n"
                                "  A: {start: 2026-01-01, end: 2026-12-31, wckeys: [x]}\n"
                                "  B: {start: 2026-01-01, end: 2026-12-31, wckeys: [x]}\n"),
                           Code::X106, "workload key x is of grants A and B"));
}

} // namespace cost_groups_test
} // namespace fairlead::cost
