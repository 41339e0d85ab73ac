#include "cost/partitions.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_partitions_test {

using std::chrono::hours;
using std::chrono::minutes;
using test::fails_with;
using test::succeeds;

const std::string shown =
    "PartitionName=cpu AllowGroups=ALL Default=YES DefaultTime=01:00:00 MaxTime=2-12:00:30 "
    "Nodes=n[1-2],m1 State=UP\n"
    "PartitionName=gpu Default=NO DefaultTime=NONE MaxTime=UNLIMITED Nodes=g1\n\n"
    "PartitionName=empty Default=NO DefaultTime=NONE MaxTime=00:30:00 Nodes=(null)\n";

const Nodes nodes = Nodes::parse("nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus\n"
                                 "n[1-2],hpc7a.96xlarge,on-demand,,,192,768000,0\n"
                                 "m1,c7a.24xlarge,spot,,,96,192000,\n"
                                 "g1,p5.48xlarge,on-demand,,,192,2000000,8\n",
                                 "n.csv")
                        .value();

PriceBook book(const std::string& rows = ",,p5.48xlarge,,,,,98.32,USD\n") {
    return PriceBook::parse_csv(
               "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n"
               ",,hpc7a.96xlarge,,,,,7.2,USD\n,,c7a.24xlarge,,,,,9.5,USD\n" +
                   rows,
               "p.csv")
        .value();
}

Result<std::vector<PartitionCost>> costs(std::vector<std::string> names, const PriceBook& prices) {
    return priced(parse_partitions(shown, "p").value(), names, nodes, prices,
                  Time(std::chrono::seconds(1'800'000'000)), looked_ahead(hours(24)));
}

TEST(Partitions, AreReadFromScontrol) {
    const auto all = parse_partitions(shown, "p");
    ASSERT_TRUE(succeeds(all));
    ASSERT_EQ(all->size(), 3u);
    EXPECT_EQ(all->at(0).name, "cpu");
    EXPECT_EQ(all->at(0).nodes, (std::vector<std::string>{"n1", "n2", "m1"}));
    EXPECT_EQ(all->at(0).default_time, hours(1));
    EXPECT_EQ(all->at(0).most_time, hours(60) + minutes(1)) << "rounded up";
    EXPECT_TRUE(all->at(0).is_default);
    EXPECT_FALSE(all->at(1).is_default || all->at(1).default_time || all->at(1).most_time);
    EXPECT_TRUE(all->at(2).nodes.empty());
}

TEST(Partitions, OfSomethingElseAreNamedWithTheirLine) {
    EXPECT_TRUE(fails_with(parse_partitions("", "p"), Code::C108, "p has no partition"));
    EXPECT_TRUE(fails_with(parse_partitions("JobId=1 Nodes=n1\n", "p"), Code::C108, "p:1: "));
    for (const char* word :
         {"MaxTime=", "MaxTime=1:2", "MaxTime=x-01:00:00", "MaxTime=00:100:00",
          "DefaultTime=99999999-00:00:00", "MaxTime=-1:00:00", "Nodes=n[1-", "Nodes=n1;rm"})
        EXPECT_TRUE(
            fails_with(parse_partitions(std::string("\nPartitionName=a ") + word + "\n", "p"),
                       Code::C108, "p:2: "))
            << word;
}

TEST(Partitions, CostWhatTheirDearestNodeDoesAndHoldWhatTheirSmallestDoes) {
    const auto all = costs({}, book());
    ASSERT_TRUE(succeeds(all));
    ASSERT_EQ(all->size(), 2u) << "one without nodes is left out";
    EXPECT_EQ(all->at(0).dearest, read_price("9.5").value());
    EXPECT_EQ(all->at(0).cpus, 96u);
    EXPECT_EQ(all->at(0).nodes, 3u);
    EXPECT_EQ(all->at(0).memory_mb, 192'000u);
    EXPECT_EQ(all->at(0).default_time, hours(1));
    EXPECT_EQ(all->at(1).gpus, 8u);
    EXPECT_EQ(all->at(1).currency, "USD");
}

TEST(Partitions, AreNotFreeWhereAPriceIsMissing) {
    EXPECT_TRUE(fails_with(costs({}, book("")), Code::C103, "node g1: "));
    EXPECT_EQ(costs({"cpu"}, book(""))->size(), 1u) << "only what is asked for needs a price";
    EXPECT_TRUE(fails_with(costs({"fat"}, book()), Code::C103, "no partition fat"));
    const auto stranger = parse_partitions("PartitionName=a Nodes=z9\n", "p").value();
    EXPECT_TRUE(
        fails_with(priced(stranger, {}, nodes, book(), Time{}, hours(1)), Code::C103, "z9"));
}

/// What an hour of partition cpu (at most 60 h) and of gpu (without a limit) costs from a day on.
std::string dearest_from(std::string_view day, const std::string& rows) {
    const auto all =
        priced(parse_partitions("PartitionName=cpu MaxTime=2-12:00:00 Nodes=n1\n"
                                "PartitionName=gpu MaxTime=UNLIMITED Nodes=g1\n",
                                "p")
                   .value(),
               {}, nodes,
               PriceBook::parse_csv("region,az,instance_type,os,purchase,valid_from,valid_to,"
                                    "price_per_hour,currency\n" +
                                        rows,
                                    "p.csv")
                   .value(),
               read_time(day).value(), looked_ahead(hours(24)));
    if (!all)
        return to_string(all.error());
    return fmt::format("{} {}", all->at(0).dearest.picos / 1'000'000'000,
                       all->at(1).dearest.picos / 1'000'000'000);
}

TEST(Partitions, CostWhatTheBookHasUntilTheLongestJobHasEnded) {
    const std::string book = ",,hpc7a.96xlarge,,,,2026-07-01,7,USD\n"
                             ",,hpc7a.96xlarge,,,2026-07-01,2026-07-02,8,USD\n"
                             ",,hpc7a.96xlarge,,,2026-07-02,,6,USD\n"
                             ",,p5.48xlarge,,,,2026-07-01,90,USD\n"
                             ",,p5.48xlarge,,,2026-07-01,2026-08-01,80,USD\n"
                             ",,p5.48xlarge,,,2026-08-01,,99,USD\n";
    EXPECT_EQ(dearest_from("2026-06-28", book), "7000 90000") << "no job of then sees the rise";
    EXPECT_EQ(dearest_from("2026-06-28T12:00:00Z", book), "7000 90000")
        << "it ends as the rise begins";
    EXPECT_EQ(dearest_from("2026-06-28T12:00:01Z", book), "8000 90000");
    EXPECT_EQ(dearest_from("2026-07-01", book), "8000 80000");
    EXPECT_EQ(dearest_from("2026-07-02", book), "6000 99000") << "without a limit a month counts";
}

TEST(Partitions, ARiseOfALessSpecificPriceCountsWhereTheOtherEnds) {
    EXPECT_EQ(dearest_from("2026-06-30", ",,,,,,,9,USD\n"
                                         ",,hpc7a.96xlarge,,,,2026-07-01,7,USD\n"),
              "9000 9000");
    EXPECT_EQ(dearest_from("2026-06-30", ",,,,,,2026-07-01,9,USD\n"), "9000 9000")
        << "what the book does not know yet costs what it knows";
    EXPECT_NE(dearest_from("2026-06-30", ",,,,,,2026-07-01,9,USD\n,,,,,2026-07-01,,9,EUR\n")
                  .find("prices in USD and EUR [FL-C103]"),
              std::string::npos);
}

TEST(Partitions, OfTwoCurrenciesHaveNoSum) {
    const auto mixed =
        PriceBook::parse_csv(
            "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n"
            ",,hpc7a.96xlarge,,,,,7.2,USD\n,,c7a.24xlarge,,,,,9.5,EUR\n",
            "p.csv")
            .value();
    EXPECT_TRUE(fails_with(costs({"cpu"}, mixed), Code::C103, "USD and EUR"));
}

} // namespace cost_partitions_test
} // namespace fairlead::cost
