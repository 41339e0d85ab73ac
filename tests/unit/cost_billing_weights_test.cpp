#include "cost/billing_weights.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_billing_weights_test {

using test::fails_with;
using test::succeeds;

PriceBook book(const std::string& rows) {
    return PriceBook::parse_csv(
               "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n" +
                   rows,
               "p.csv")
        .value();
}

Nodes nodes(const std::string& rows) {
    return Nodes::parse("nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus\n" + rows,
                        "n.csv")
        .value();
}

const PriceBook prices = book(",,hpc7a.96xlarge,,,,,7.2,USD\n,,c7a.large,,,,,0.1,USD\n"
                              ",,p5.48xlarge,,,,,98.32,USD\n,,m5.large,,,,,1,EUR\n");
const std::string sized = "h[1-9],hpc7a.96xlarge,on-demand,,,192,786432,0\n"
                          "g1,p5.48xlarge,on-demand,,,192,2097152,8\n"
                          "c1,c7a.large,on-demand,,,3,4096,\n";

Result<std::vector<BillingWeights>> weights(const std::vector<Partition>& partitions,
                                            const std::string& rows = sized) {
    return billing_weights(partitions, nodes(rows), prices,
                           Time(std::chrono::seconds(1'800'000'000)));
}

std::string text_of(const Result<std::vector<BillingWeights>>& all) {
    std::string text;
    for (const BillingWeights& one : all.value())
        text += fmt::format("{} of {}: {}\n", one.partition, one.kinds, show_weights(one));
    return text;
}

TEST(BillingWeights, MakeAWholeNodeItsPrice) {
    EXPECT_EQ(text_of(weights({{.name = "hpc", .nodes = {"h1", "h2"}},
                               {.name = "none"},
                               {.name = "gpu", .nodes = {"g1"}}})),
              "hpc of 1: CPU=37500,Mem=9375G\n"
              "gpu of 1: CPU=512083.333334,Mem=48007.8125G,GRES/gpu=12290000\n");
}

TEST(BillingWeights, OfSeveralKindsAreTheHighestOfThem) {
    EXPECT_EQ(text_of(weights({{.name = "all", .nodes = {"h1", "c1", "h3"}}})),
              "all of 2: CPU=37500,Mem=25000G\n");
}

TEST(BillingWeights, WithoutSizesAreThePriceOfANode) {
    EXPECT_EQ(
        text_of(weights({{.name = "hpc", .nodes = {"h1"}}}, "h1,hpc7a.96xlarge,on-demand,,,,,\n")),
        "hpc of 1: Node=7200000\n");
}

TEST(BillingWeights, OfGpusAloneDoNotMakeCpusFree) {
    EXPECT_EQ(
        text_of(weights({{.name = "gpu", .nodes = {"g1"}}}, "g1,p5.48xlarge,on-demand,,,,,8\n")),
        "gpu of 1: GRES/gpu=12290000,Node=98320000\n");
}

TEST(BillingWeights, NeedASizeOfAllOrOfNone) {
    EXPECT_TRUE(fails_with(weights({{.name = "all", .nodes = {"h1", "c1"}}},
                                   "h1,hpc7a.96xlarge,on-demand,,,192,,\n"
                                   "c1,c7a.large,on-demand,,,,4096,\n"),
                           Code::C104, "cpus for 1 of 2 kinds of node in partition all"));
}

TEST(BillingWeights, HaveOneCurrency) {
    const std::string rows = "h1,hpc7a.96xlarge,on-demand,,,2,,\nm1,m5.large,on-demand,,,2,,\n";
    EXPECT_TRUE(fails_with(weights({{.name = "all", .nodes = {"h1", "m1"}}}, rows), Code::C103,
                           "USD and EUR"));
    EXPECT_TRUE(
        fails_with(weights({{.name = "a", .nodes = {"h1"}}, {.name = "b", .nodes = {"m1"}}}, rows),
                   Code::C103, "partitions a and b"));
    EXPECT_TRUE(fails_with(weights({{.name = "a", .nodes = {"x1"}}}, rows), Code::C103, "x1"));
}

TEST(BillingLimits, AreBudgetsInMinutesOfBilling) {
    const auto groups = parse_groups(R"(schema: fairlead.groups/1
groups:
  bio: {accounts: [bio], budget: {amount: 50}}
  chem: {accounts: [chem], budget: {amount: 50, period: quarter}}
  cfd: {accounts: [cfd, cfd2], budget: {amount: 50, period: quarter}}
  eur: {accounts: [eur], budget: {amount: 50 EUR}}
  free: {accounts: [free]}
  roll: {accounts: [roll], budget: {amount: 50, period: rolling, days: 30}}
  odd: {accounts: ["a;b"], budget: {amount: 50}}
universities:
  north: {budget: {amount: 100}}
site: {budget: {amount: 200000.000000001}}
)",
                                     "g.yaml");
    ASSERT_TRUE(succeeds(groups));
    const auto limits = billing_limits(*groups, "USD");
    EXPECT_TRUE(mixes_periods(limits));
    EXPECT_FALSE(mixes_periods(std::span(limits).first(3)));
    std::string text;
    for (const BillingLimit& limit : limits)
        text += fmt::format(
            "{}: {}\n", limit.owner,
            limit.account.empty()
                ? limit.reason
                : fmt::format("{} {} a {}", limit.account, limit.minutes, to_string(limit.period)));
    EXPECT_EQ(text, "site: Slurm does not enforce a limit of the account root\n"
                    "north: it has no account of its own\n"
                    "bio: bio 3000000000 a month\n"
                    "chem: chem 3000000000 a quarter\n"
                    "cfd: it has 2 accounts, and Slurm limits each by itself; make them children "
                    "of one account and limit that\n"
                    "eur: its budget is in EUR, the prices are in USD\n"
                    "roll: Slurm knows no budget of the last days\n"
                    "odd: its account's name does not fit on a command line\n");
}

TEST(BillingLimits, OfQuartersAreThoseOfTheCalendar) {
    for (const auto& [start, text] :
         {std::pair{4, ""}, {5, "Slurm's quarters begin in January, April, July and October"}}) {
        const auto groups = parse_groups(
            fmt::format("schema: fairlead.groups/1\ngroups:\n  bio: {{accounts: [bio], budget: "
                        "{{amount: 50, period: quarter}}}}\nsite: {{fiscal_year_start: {}}}\n",
                        start),
            "g.yaml");
        ASSERT_TRUE(succeeds(groups));
        EXPECT_EQ(billing_limits(*groups, "USD").front().reason, text);
    }
}

} // namespace cost_billing_weights_test
} // namespace fairlead::cost
