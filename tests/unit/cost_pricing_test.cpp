#include "cost/pricing.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>
#include <random>
#include <sstream>

namespace fairlead::cost {
namespace cost_pricing_test {

using test::fails_with;
using test::succeeds;

const std::string book_header =
    "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n";
const std::string node_header = "nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus\n";
const std::string dump_header = "JobIDRaw|NodeList|Start|End|ElapsedRaw|AllocTRES|AdminComment\n";

Pricer pricer_of(const std::string& prices, const std::string& nodes) {
    auto book = PriceBook::parse_csv(book_header + prices, "b.csv");
    EXPECT_TRUE(succeeds(book));
    if (nodes.empty())
        return {std::move(*book), std::nullopt};
    auto list = Nodes::parse(node_header + nodes, "n.csv");
    EXPECT_TRUE(succeeds(list));
    return {std::move(*book), std::move(*list)};
}

/// What is printed of each line: "7: 2 c7a.large spot 0.5 1.000000000 USD", or its error.
std::string priced(Pricer pricer, const std::string& lines) {
    std::istringstream dump(dump_header + lines);
    std::string text;
    const PricedDump take{.priced =
                              [&](const JobRun& run, const std::vector<Cost>& costs) {
                                  for (const Cost& cost : costs)
                                      text += fmt::format("{}: {} {} {} {} {} {}\n", run.job,
                                                          cost.nodes, cost.instance_type,
                                                          cost.purchase, show_share(cost.share),
                                                          show_nanos(cost.running), cost.currency);
                              },
                          .skipped = [&](const Error& error) { text += to_string(error) + "\n"; }};
    EXPECT_TRUE(succeeds(price_dump(dump, "d", Zone::find("UTC").value(), pricer, take)));
    return text;
}

const std::string prices = ",,c7a.large,,on-demand,,,0.10264,USD\n,,c7a.large,,spot,,,0.03,USD\n"
                           ",,m7a.large,,on-demand,,,0.11592,USD\n";
const std::string nodes =
    "c[1-4],c7a.large,on-demand,,,4,8192,0\ns[1-4],c7a.large,spot,,,4,8192,0\n"
    "m[1-4],m7a.large,on-demand,,,,,\n";

std::string run(const std::string& job, const std::string& hosts, const std::string& seconds,
                const std::string& tres = "") {
    return job + "|" + hosts + "|2026-06-01T00:00:00|Unknown|" + seconds + "|" + tres + "|\n";
}

TEST(Pricer, PricesWholeNodesWithoutAllocTres) {
    EXPECT_EQ(priced(pricer_of(prices, nodes), run("7", "c[1-2]", "1000")),
              "7: 2 c7a.large on-demand 1.000000000 0.057022222 USD\n");
}

TEST(Pricer, PricesTheDominantShare) {
    EXPECT_EQ(priced(pricer_of(prices, nodes), run("7", "c1", "3600", "cpu=1,mem=4G,node=1")),
              "7: 1 c7a.large on-demand 0.500000000 0.051320000 USD\n");
    EXPECT_EQ(priced(pricer_of(prices, nodes), run("7", "m1", "3600", "cpu=1,mem=4G,node=1")),
              "7: 1 m7a.large on-demand 1.000000000 0.115920000 USD\n")
        << "the size of m1 is not known";
}

TEST(Pricer, ALineForEachTypePurchaseAndShare) {
    EXPECT_EQ(priced(pricer_of(prices, nodes), run("7", "c[1-2],s1,m1", "3600", "cpu=8,node=4")),
              "7: 2 c7a.large on-demand 0.500000000 0.102640000 USD\n"
              "7: 1 c7a.large spot 0.500000000 0.015000000 USD\n"
              "7: 1 m7a.large on-demand 1.000000000 0.115920000 USD\n");
}

TEST(Pricer, IsRoundedOnceHalfToEven) {
    // 1 s of 0.0000018 an hour is half a nano.
    const std::string book = ",,a,,,,,0.0000018,USD\n,,b,,,,,0.0000054,USD\n";
    const std::string list = "a[1-3],a,,,,,,\nb1,b,,,,,,\n";
    EXPECT_EQ(priced(pricer_of(book, list),
                     run("1", "a1", "1") + run("2", "a[1-3]", "1") + run("3", "b1", "1")),
              "1: 1 a  1.000000000 0.000000000 USD\n"
              "2: 3 a  1.000000000 0.000000002 USD\n"
              "3: 1 b  1.000000000 0.000000002 USD\n");
}

TEST(Pricer, AddsUpPricesBeforeItRounds) {
    const std::string book =
        ",,a,,,,2026-06-01T00:00:01Z,0.0000018,USD\n,,a,,,2026-06-01T00:00:01Z,,0.0000018,USD\n";
    EXPECT_EQ(priced(pricer_of(book, "a1,a,,,,,,\n"), run("1", "a1", "2")),
              "1: 1 a  1.000000000 0.000000001 USD\n");
}

TEST(Pricer, NeverAddsCurrencies) {
    const std::string book =
        ",,a,,,,2026-06-01T01:00:00Z,1,USD\n,,a,,,2026-06-01T01:00:00Z,,2,EUR\n";
    EXPECT_EQ(priced(pricer_of(book, "a[1-2],a,,,,,,\n"), run("1", "a[1-2]", "7200")),
              "1: 2 a  1.000000000 2.000000000 USD\n1: 2 a  1.000000000 4.000000000 EUR\n");
}

TEST(Pricer, ZonesOfDifferentPriceAreOneLine) {
    const std::string book = ",z1,a,,,,,1,USD\n,z2,a,,,,,2,USD\n";
    EXPECT_EQ(priced(pricer_of(book, "a1,a,,,z1,,,\na2,a,,,z2,,,\n"), run("1", "a[1-2]", "3600")),
              "1: 2 a  1.000000000 3.000000000 USD\n");
}

TEST(Pricer, TimeWithoutUseCostsNothingAndIsStillPriced) {
    EXPECT_EQ(priced(pricer_of(prices, nodes), run("1", "c1", "0")),
              "1: 1 c7a.large on-demand 1.000000000 0.000000000 USD\n");
}

TEST(Pricer, WithoutAListOfNodesOnlyAGeneralPriceFits) {
    EXPECT_EQ(priced(pricer_of(",,,,,,,1,USD\n", ""), run("1", "x[1-2]", "3600", "cpu=1")),
              "1: 2   1.000000000 2.000000000 USD\n");
    EXPECT_NE(priced(pricer_of(prices, ""), run("1", "x1", "1")).find("FL-C103"),
              std::string::npos);
}

TEST(Pricer, AJobThatNeedsTheWholeNetworkPaysTheNode) {
    const auto with = [](const std::string& comment) {
        return priced(pricer_of(prices, nodes),
                      "7|c1|2026-06-01T00:00:00|Unknown|3600|cpu=1,mem=1G|" + comment + "\n");
    };
    const std::string whole = "7: 1 c7a.large on-demand 1.000000000 0.102640000 USD\n";
    const std::string quarter = "7: 1 c7a.large on-demand 0.250000000 0.025660000 USD\n";
    EXPECT_EQ(with(R"({"schema":"fairlead.admitted/1","efa":"required","asked":true})"), whole);
    EXPECT_EQ(with(R"({"schema":"fairlead.admitted/1","efa":"off","asked":false,)"
                   R"("placement":"cluster"})"),
              whole);
    EXPECT_EQ(with(R"({"schema":"fairlead.admitted/1","efa":"preferred","asked":false})"), quarter);
    const std::string record = R"({"schema":"fairlead.admitted/1","efa":"required","asked":true})";
    for (const std::string& comment : {record + ";fairlead-hold=00c0ffee00c0ffee,at-most=30.5USD",
                                       "of bio;" + record, "of bio;" + record + ";by hand"})
        EXPECT_EQ(with(comment), whole) << comment;
    EXPECT_EQ(with("of " + record), quarter);
    EXPECT_EQ(with(R"({"schema":"fairlead.admitted/1","broken)"), quarter);
    EXPECT_EQ(with("seen by an admin"), quarter);
}

TEST(Pricer, AnUnpricedNodeIsAnErrorAndNeverFree) {
    const auto text =
        priced(pricer_of(prices, nodes + "g1,p5.48xlarge,on-demand,,,,,\n"),
               run("1", "c[1-2],x9", "60") + run("2", "g1", "60") + run("3", "c1", "3600"));
    EXPECT_EQ(text, "d:2: job 1: node x9 is not in the list of nodes [FL-C103]\n"
                    "d:3: job 2: the price book has no price for p5.48xlarge (on-demand, region "
                    "not known, zone not known, linux) at 2026-06-01T00:00:00Z [FL-C103]\n"
                    "3: 1 c7a.large on-demand 1.000000000 0.102640000 USD\n");
}

TEST(Pricer, BadListsAreErrorsOfTheirLine) {
    EXPECT_EQ(
        priced(pricer_of(prices, nodes), run("1", "c[1-", "60") + run("2", "c1", "60", "junk")),
        "d:2: job 1: NodeList is 'c[1-'; expected a host list such as n[1-4] [FL-C102]\n"
        "d:3: job 2: AllocTRES is 'junk'; expected a list such as cpu=4,mem=16G [FL-C102]\n");
}

TEST(Pricer, NothingOfANodeIsAnErrorAndNotFree) {
    for (const char* tres : {"cpu=0,mem=4G,node=1", "cpu=0", "mem=0,node=1"})
        EXPECT_NE(priced(pricer_of(prices, nodes), run("7", "c1", "3600", tres))
                      .find("which is nothing of a node; a run has CPUs [FL-C102]"),
                  std::string::npos)
            << tres;
}

TEST(Pricer, AnAmountThatDoesNotFitIsAnError) {
    EXPECT_NE(priced(pricer_of(",,,,,,,9000000,USD\n", ""), run("1", "x[1-60000]", "4000000000"))
                  .find("FL-C105"),
              std::string::npos);
}

/// "month running suspended" of each line.
std::string by_month(Pricer& pricer, const JobRun& run) {
    const auto costs = pricer.price_by_month(run);
    EXPECT_TRUE(succeeds(costs));
    std::string text;
    for (const MonthCost& month : *costs)
        text += fmt::format("{} {} {}\n", show_time(month.month).substr(0, 7),
                            show_nanos(month.cost.running), show_nanos(month.cost.suspended));
    return text;
}

TEST(PricerByMonth, CutsAtTheMonths) {
    Pricer pricer = pricer_of(",,,,,,,3.6,USD\n", "");
    JobRun run{};
    run.job = "7";
    run.nodes = "n[1-2]";
    run.start = read_time("2026-01-31T23:00:00").value();
    run.elapsed = std::chrono::hours(2);
    EXPECT_EQ(by_month(pricer, run),
              "2026-01 7.200000000 0.000000000\n2026-02 7.200000000 0.000000000\n");
    run.elapsed = std::chrono::hours(1);
    run.suspended = std::chrono::hours(1);
    EXPECT_EQ(by_month(pricer, run),
              "2026-01 7.200000000 0.000000000\n2026-02 0.000000000 7.200000000\n");
    run.elapsed = run.suspended = std::chrono::seconds(0);
    EXPECT_EQ(by_month(pricer, run), "2026-01 0.000000000 0.000000000\n");
}

TEST(PricerByMonth, PartsSumToTheWhole) {
    std::mt19937_64 random(8);
    for (int i = 0; i < 200; ++i) {
        Pricer pricer = pricer_of(fmt::format(",,,,,,2026-04-15,0.{:010},USD\n"
                                              ",,,,,2026-04-15,,0.{:010},USD\n",
                                              random() % 10'000'000'000, random() % 10'000'000'000),
                                  "");
        JobRun run{};
        run.nodes = "n[1-3]";
        run.start = read_time("2026-01-01").value() + std::chrono::seconds(random() % 5'000'000);
        run.elapsed = std::chrono::seconds(random() % 10'000'000);
        const auto whole = pricer.price(run);
        ASSERT_TRUE(succeeds(whole));
        Wide sum = 0;
        const auto parts = pricer.price_by_month(run);
        ASSERT_TRUE(succeeds(parts));
        for (const MonthCost& part : *parts)
            sum += part.cost.running.nanos;
        EXPECT_TRUE(sum == whole->front().running.nanos);
    }
}

TEST(PriceDump, CountsEachRunOnce) {
    Pricer pricer = pricer_of(",,,,,,,3.6,USD\n", "");
    std::istringstream dump("JobIDRaw|NodeList|Start|ElapsedRaw|DBIndex|Cluster\n"
                            "1|n1|2026-06-01|1|11|a\n"
                            "1|n1|2026-06-02|1|12|a\n" // requeued
                            "1|n1|2026-06-01|1|11|a\n" // again
                            "1|n1|2026-06-01|1|11|b\n" // another cluster
                            "JobIDRaw|NodeList|Start|ElapsedRaw|DBIndex|Cluster\n"
                            "2|n1|2026-06-01|1|0|a\n"
                            "2|n1|2026-06-02|1||a\n"
                            "2|n1|2026-06-02|1||a\n");
    std::string lines;
    std::vector<std::string> errors;
    const PricedDump take{
        .priced = [&](const JobRun& run, const std::vector<Cost>&) { lines += run.job; },
        .skipped = [&](const Error& error) { errors.push_back(error.message); }};
    ASSERT_TRUE(succeeds(price_dump(dump, "d", Zone::find("UTC").value(), pricer, take)));
    EXPECT_EQ(lines, "11122");
    ASSERT_EQ(errors.size(), 2u);
    EXPECT_EQ(errors[0], "d:4: job 1: this run was counted already");
    EXPECT_EQ(errors[1], "d:9: job 2: this run was counted already");
}

/// "job seconds" of each run, and what is said of the lines that were left out.
std::string runs_of(const std::string& text) {
    Pricer pricer = pricer_of(",,,,,,,3.6,USD\n", "");
    std::istringstream dump(text);
    std::string lines;
    const PricedDump take{.priced =
                              [&](const JobRun& run, const std::vector<Cost>&) {
                                  lines += fmt::format("{} {}\n", run.job, run.elapsed.count());
                              },
                          .skipped = [&](const Error& error) { lines += error.message + "\n"; },
                          .understood = [&] { lines += "header\n"; }};
    EXPECT_TRUE(succeeds(price_dump(dump, "d", Zone::find("UTC").value(), pricer, take)));
    return lines;
}

TEST(PriceDump, OfOneRunTheLaterEndCounts) {
    const std::string header = "JobIDRaw|NodeList|Start|End|ElapsedRaw|State|DBIndex\n";
    EXPECT_EQ(runs_of(header + "7|n1|2026-06-01|Unknown|9000|RUNNING|11\n"
                               "7|n1|2026-06-01|2026-06-01T01:00:00|3600|COMPLETED|11\n"
                               "8|n1|2026-06-01|2026-06-01T00:01:00|60|COMPLETED|\n"
                               "8|n1|2026-06-01|Unknown|30|RUNNING|\n"
                               "9|n1|2026-06-01|Unknown|30|RUNNING|0\n"
                               "9|n1|2026-06-01|Unknown|40|RUNNING|0\n"),
              "header\nd:2: job 7: line 3 has a later end of this run, and counts\n7 3600\n8 60\n"
              "d:5: job 8: this run was counted already\n"
              "d:6: job 9: line 7 has a later end of this run, and counts\n9 40\n");
}

TEST(PriceDump, RestartsTellRunsOfOneSecondApart) {
    EXPECT_EQ(runs_of("JobIDRaw|NodeList|Start|ElapsedRaw|Restarts\n7|n1|2026-06-01|0|0\n"
                      "7|n1|2026-06-01|60|1\n7|n1|2026-06-01|60|1\n"),
              "header\n7 0\n7 60\nd:4: job 7: this run was counted already\n");
}

TEST(PriceDump, TheHeaderMayComeBehindBlankLines) {
    EXPECT_EQ(runs_of("\n \r\nJobIDRaw|NodeList|Start|ElapsedRaw\n7|n1|2026-06-01|60\nx\n"),
              "header\n7 60\nd:5: 1 fields, but the header names 4 columns\n");
}

TEST(PriceDump, NeedsAHeader) {
    Pricer pricer = pricer_of(prices, "");
    std::istringstream dump("");
    EXPECT_TRUE(fails_with(price_dump(dump, "d", Zone::find("UTC").value(), pricer, {}), Code::C107,
                           "d:1: the first line"));
}

} // namespace cost_pricing_test
} // namespace fairlead::cost
