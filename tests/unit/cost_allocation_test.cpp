#include "cost/allocation.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>
#include <numeric>
#include <random>

namespace fairlead::cost {
namespace cost_allocation_test {

using std::chrono::seconds;
using test::fails_with;
using test::succeeds;

Time at(std::int64_t second) { return Time(seconds(second)); }

std::string share(std::string_view tres, std::size_t nodes, const Capacity& capacity) {
    const Share share = dominant_share(read_tres(tres).value(), nodes, capacity);
    return fmt::format("{}/{}", static_cast<std::int64_t>(share.part),
                       static_cast<std::int64_t>(share.whole));
}

constexpr Capacity node{.cpus = 96, .memory_mb = 196'608, .gpus = 8};

TEST(Tres, AreReadAsSacctPrintsThem) {
    const auto tres = read_tres("billing=4,cpu=4,gres/gpu=2,gres/gpu:a100=2,mem=16G,node=1");
    ASSERT_TRUE(tres);
    EXPECT_EQ(tres->cpus, 4);
    EXPECT_EQ(tres->memory_millibytes, 16'000LL * 1024 * 1024 * 1024);
    EXPECT_EQ(tres->gpus, 2);
}

TEST(Tres, GpusNamedByTypeAloneAreAddedUp) {
    EXPECT_EQ(read_tres("gres/gpu:a100=2,gres/gpu:h100=3,gres/gpumem=40G")->gpus, 5);
}

TEST(Tres, SizesHaveUnits) {
    const auto memory = [](std::string_view text) {
        return read_tres(fmt::format("mem={}", text))->memory_millibytes.value();
    };
    constexpr std::int64_t mib = 1024 * 1024 * 1000LL;
    EXPECT_EQ(memory("4000M"), 4000 * mib);
    EXPECT_EQ(memory("4000"), 4000 * mib) << "--noconvert";
    EXPECT_EQ(memory("512K"), mib / 2);
    EXPECT_EQ(memory("1.50G"), 1536 * mib);
    EXPECT_EQ(memory("7.81G"), 7810LL * 1024 * 1024 * 1024);
    EXPECT_EQ(memory("2T"), 2048 * 1024 * mib);
}

TEST(Tres, WhatIsNoListIsNone) {
    for (const char* text : {"", "cpu", "cpu=", "cpu=x", "cpu=-1", "=4", "cpu=4,,mem=1G", "mem=G",
                             "mem=1X", "mem=-1G", "mem=9999999P", "gres/gpu=many", "4"})
        EXPECT_FALSE(read_tres(text)) << text;
}

TEST(Share, IsTheLargestOfCpusMemoryAndGpus) {
    EXPECT_EQ(share("cpu=24,mem=1G", 1, node), "1/4");
    EXPECT_EQ(share("cpu=24,mem=96G", 1, node), "1/2");
    EXPECT_EQ(share("cpu=24,mem=96G,gres/gpu=6", 1, node), "3/4");
    EXPECT_EQ(share("cpu=1,mem=2G,gres/gpu=1", 1, node), "1/8");
    EXPECT_EQ(share("cpu=1,mem=1.50G", 1, node), "1/96");
    EXPECT_EQ(share("cpu=1,mem=3G", 1, node), "1/64");
}

TEST(Share, IsThatOfEachOfSeveralNodesAlike) {
    EXPECT_EQ(share("cpu=96,mem=1G,node=4", 4, node), "1/4");
    EXPECT_EQ(share("cpu=192,node=2", 2, node), "1/1");
}

TEST(Share, IsNeverMoreThanTheNode) {
    EXPECT_EQ(share("cpu=192", 1, node), "1/1");
    EXPECT_EQ(share("cpu=1,mem=4T", 1, node), "1/1");
}

TEST(Share, IsTheNodeWhereNothingIsKnown) {
    EXPECT_EQ(share("cpu=1,mem=1G", 1, {}), "1/1");
    EXPECT_EQ(share("node=1", 1, node), "1/1");
    EXPECT_EQ(share("cpu=1", 1, {.memory_mb = 1024}), "1/1");
    EXPECT_EQ(share("cpu=1", 1, {.cpus = 4}), "1/4");
    EXPECT_EQ(share("cpu=1,mem=512M", 1, {.memory_mb = 1024}), "1/2");
}

TEST(Share, GpusOfANodeThatIsNotKnownToHaveAnyTakeItAll) {
    EXPECT_EQ(share("cpu=1,gres/gpu=1", 1, {.cpus = 4}), "1/1");
    EXPECT_EQ(share("cpu=1,gres/gpu=1", 1, {.cpus = 4, .gpus = 0}), "1/1");
}

TEST(Share, IsShownWithNinePlaces) {
    EXPECT_EQ(show_share({}), "1.000000000");
    EXPECT_EQ(show_share({1, 3}), "0.333333333");
    EXPECT_EQ(show_share({2, 3}), "0.666666667");
}

const Price two{.key = {}, .hourly = {2'000'000'000'000}, .currency = "USD", .place = ""};
const Price five{.key = {}, .hourly = {5'000'000'000'000}, .currency = "USD", .place = ""};

std::vector<std::int64_t> amounts(const Result<Apportioned>& result) {
    EXPECT_TRUE(succeeds(result));
    std::vector<std::int64_t> nanos;
    for (const Money stay : result->stays)
        nanos.push_back(stay.nanos);
    nanos.push_back(result->idle.nanos);
    return nanos;
}

using Amounts = std::vector<std::int64_t>;

TEST(Apportion, WhatNobodyUsedIsIdle) {
    const PricedTime hour[] = {{at(0), at(3600), &two}};
    EXPECT_EQ(amounts(apportion({100}, hour, {})), (Amounts{100}));
    const Stay half[] = {{at(0), at(1800), {1, 1}}};
    EXPECT_EQ(amounts(apportion({100}, hour, half)), (Amounts{50, 50}));
    const Stay quarter[] = {{at(900), at(1800), {1, 2}}, {at(1800), at(3600), {1, 4}}};
    EXPECT_EQ(amounts(apportion({800}, hour, quarter)), (Amounts{100, 100, 600}));
}

TEST(Apportion, AThirdOfANanoIsNotLost) {
    const PricedTime hour[] = {{at(0), at(3600), &two}};
    const Stay thirds[] = {
        {at(0), at(3600), {1, 3}}, {at(0), at(3600), {1, 3}}, {at(0), at(3600), {1, 3}}};
    EXPECT_EQ(amounts(apportion({100}, hour, thirds)), (Amounts{34, 33, 33, 0}));
}

TEST(Apportion, FollowsThePrice) {
    const PricedTime day[] = {{at(0), at(3600), &two}, {at(3600), at(7200), &five}};
    const Stay stays[] = {{at(0), at(3600), {1, 1}}, {at(3600), at(7200), {1, 1}}};
    EXPECT_EQ(amounts(apportion({7000}, day, stays)), (Amounts{2000, 5000, 0}));
}

TEST(Apportion, SharesOfMoreThanTheWholeAreInProportion) {
    const PricedTime hour[] = {{at(0), at(3600), &two}};
    const Stay stays[] = {{at(0), at(3600), {1, 1}}, {at(0), at(3600), {1, 2}}};
    EXPECT_EQ(amounts(apportion({900}, hour, stays)), (Amounts{600, 300, 0}));
}

TEST(Apportion, StaysOutsideOfTheTimePayNothing) {
    const PricedTime hour[] = {{at(3600), at(7200), &two}};
    const Stay stays[] = {{at(0), at(3600), {1, 1}}, {at(7200), at(9000), {1, 1}}};
    EXPECT_EQ(amounts(apportion({900}, hour, stays)), (Amounts{0, 0, 900}));
}

TEST(Apportion, AFreeInstanceCostsNothing) {
    const Price none{.key = {}, .hourly = {0}, .currency = "USD", .place = ""};
    const PricedTime hour[] = {{at(0), at(3600), &none}};
    const Stay stays[] = {{at(0), at(3600), {1, 1}}};
    EXPECT_EQ(amounts(apportion({0}, hour, stays)), (Amounts{0, 0}));
    EXPECT_TRUE(fails_with(apportion({1}, hour, stays), Code::C105));
}

TEST(Apportion, PartsAndIdleAlwaysSumToTheCost) {
    std::mt19937_64 random(6);
    for (int round = 0; round < 300; ++round) {
        const auto cut = static_cast<std::int64_t>(1 + random() % 86'399);
        const PricedTime day[] = {{at(0), at(cut), &two}, {at(cut), at(86'400), &five}};
        std::vector<Stay> stays(random() % 20);
        for (Stay& stay : stays) {
            const auto from = static_cast<std::int64_t>(random() % 86'000);
            const auto whole = static_cast<std::int64_t>(1 + random() % 192);
            stay = {at(from),
                    at(from + 1 + static_cast<std::int64_t>(random() % 9'000)),
                    {static_cast<std::int64_t>(random()) % whole, whole}};
            stay.share.part = stay.share.part < 0 ? -stay.share.part : stay.share.part;
        }
        const Money cost{static_cast<std::int64_t>(random() >> (1 + random() % 60))};
        const auto result = amounts(apportion(cost, day, stays));
        EXPECT_EQ(std::accumulate(result.begin(), result.end(), std::int64_t{0}), cost.nanos);
        for (const std::int64_t amount : result)
            EXPECT_GE(amount, 0);
    }
}

TEST(Months, CutATime) {
    const auto day = [](std::string_view text) { return read_time(text).value(); };
    const auto months = by_month(day("2026-01-31T23:00:00"), day("2026-03-01"));
    ASSERT_EQ(months.size(), 2u);
    EXPECT_EQ(months[0].second, day("2026-02-01"));
    EXPECT_EQ(months[1], (std::pair{day("2026-02-01"), day("2026-03-01")}));
    EXPECT_EQ(by_month(day("2026-01-31"), day("2026-02-01")).size(), 1u);
    EXPECT_TRUE(by_month(day("2026-01-31"), day("2026-01-31")).empty());
}

} // namespace cost_allocation_test
} // namespace fairlead::cost
