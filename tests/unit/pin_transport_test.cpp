#include "pin/transport.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <optional>
#include <random>

namespace fairlead::pin {
namespace pin_transport_test {

using Units = std::vector<std::int64_t>;

/// What a stop costs in all, from the header's words: lanes share its load evenly.
Cost cost_of(const Stop& stop, std::int64_t load) {
    Cost cost = stop.flat * load;
    for (std::int64_t lane = 0; lane < stop.lanes; ++lane) {
        const std::int64_t on_lane = load / stop.lanes + (lane < load % stop.lanes ? 1 : 0);
        cost += stop.steep * on_lane * on_lane;
        if (stop.limit > 0 && on_lane > stop.limit)
            cost += stop.beyond * (on_lane - stop.limit);
    }
    return cost;
}

std::int64_t from_source(const Network& network, const Units& units, std::size_t source) {
    const std::size_t sinks = network.sinks.size();
    const auto first = units.begin() + static_cast<std::ptrdiff_t>(source * sinks);
    return std::accumulate(first, first + static_cast<std::ptrdiff_t>(sinks), std::int64_t{0});
}

std::int64_t into_sink(const Network& network, const Units& units, std::size_t sink) {
    std::int64_t load = 0;
    for (std::size_t at = sink; at < units.size(); at += network.sinks.size())
        load += units[at];
    return load;
}

Cost cost_of(const Network& network, const Units& units) {
    Cost cost = 0;
    for (std::size_t s = 0; s < network.sources.size(); ++s)
        cost += cost_of(network.sources[s], from_source(network, units, s));
    for (std::size_t t = 0; t < network.sinks.size(); ++t)
        cost += cost_of(network.sinks[t], into_sink(network, units, t));
    for (std::size_t at = 0; at < units.size(); ++at)
        cost += network.arcs[at] * units[at];
    return cost;
}

std::int64_t sum(const Units& units) {
    return std::accumulate(units.begin(), units.end(), std::int64_t{0});
}

bool fits(const Network& network, const Units& units) {
    for (std::size_t s = 0; s < network.sources.size(); ++s)
        if (from_source(network, units, s) > network.sources[s].capacity)
            return false;
    for (std::size_t t = 0; t < network.sinks.size(); ++t)
        if (into_sink(network, units, t) > network.sinks[t].capacity)
            return false;
    for (std::size_t at = 0; at < network.arc_capacity.size(); ++at)
        if (units[at] > network.arc_capacity[at])
            return false;
    return std::ranges::all_of(units, [](std::int64_t one) { return one >= 0; });
}

/// The best of all ways there are: most units first, then least cost.
class Exhaustive {
  public:
    Exhaustive(const Network& network, std::int64_t wanted)
        : network_(network), wanted_(wanted), units_(network.arcs.size(), 0) {
        try_arc(0, 0);
    }
    std::int64_t sent() const { return sent_; }
    Cost cost() const { return *cost_; }

  private:
    void try_arc(std::size_t arc, std::int64_t sent) {
        if (arc == units_.size())
            return consider(sent);
        for (; sent <= wanted_ && fits(network_, units_); ++units_[arc], ++sent)
            try_arc(arc + 1, sent);
        units_[arc] = 0;
    }
    void consider(std::int64_t sent) {
        const Cost cost = cost_of(network_, units_);
        if (sent > sent_ || !cost_ || (sent == sent_ && cost < *cost_)) {
            sent_ = sent;
            cost_ = cost;
        }
    }

    const Network& network_;
    std::int64_t wanted_;
    Units units_;
    std::int64_t sent_ = 0;
    std::optional<Cost> cost_{};
};

/// Small networks where ties are common.
class Maker {
  public:
    explicit Maker(unsigned seed) : random_(seed) {}

    int upto(int most) { return std::uniform_int_distribution<int>(0, most)(random_); }
    Cost cost(int most) { return upto(1) == 0 ? Cost{0} : cost_at(upto(4), upto(most)); }
    Stop stop(int most) {
        return {.capacity = upto(most),
                .lanes = 1 + upto(2),
                .limit = upto(2),
                .flat = cost(3),
                .steep = cost(3),
                .beyond = cost(3)};
    }
    Network network(bool arc_capacities) {
        const auto sources = static_cast<std::size_t>(1 + upto(2));
        const auto sinks = static_cast<std::size_t>(1 + upto(sources > 2 ? 1 : 2));
        Network network;
        for (std::size_t s = 0; s < sources; ++s)
            network.sources.push_back(stop(3));
        for (std::size_t t = 0; t < sinks; ++t)
            network.sinks.push_back(stop(4));
        for (std::size_t at = 0; at < sources * sinks; ++at) {
            network.arcs.push_back(cost(2));
            if (arc_capacities)
                network.arc_capacity.push_back(upto(2));
        }
        return network;
    }

  private:
    std::mt19937 random_;
};

void expect_exact(const Network& network, std::int64_t wanted) {
    const Units units = cheapest(network, wanted);
    ASSERT_EQ(units.size(), network.arcs.size());
    ASSERT_TRUE(fits(network, units));
    const Exhaustive best(network, wanted);
    EXPECT_EQ(sum(units), best.sent());
    if (sum(units) == best.sent()) {
        EXPECT_TRUE(cost_of(network, units) == best.cost());
    }
}

TEST(Cheapest, EqualsAnExhaustiveSearch) {
    Maker make(20240607);
    for (int i = 0; i < 4000 && !testing::Test::HasFailure(); ++i) {
        SCOPED_TRACE(i);
        expect_exact(make.network(false), make.upto(6));
    }
}

TEST(Cheapest, EqualsAnExhaustiveSearchWithArcCapacities) {
    Maker make(19850901);
    for (int i = 0; i < 4000 && !testing::Test::HasFailure(); ++i) {
        SCOPED_TRACE(i);
        expect_exact(make.network(true), make.upto(6));
    }
}

// A unit that takes the cheapest way first leaves none for the other source.
TEST(Cheapest, SendsAllThatFitsWhereTheFirstWaysAreInTheWay) {
    const Network network{.sources = {{.capacity = 1}, {.capacity = 1}},
                          .sinks = {{.capacity = 1}, {.capacity = 1}},
                          .arcs = {0, 1, 0, 0},
                          .arc_capacity = {1, 1, 1, 0}};
    EXPECT_EQ(cheapest(network, 2), (Units{0, 1, 1, 0}));
}

TEST(Cheapest, IsTheSameEveryTime) {
    Maker make(3);
    for (int i = 0; i < 500; ++i) {
        const Network network = make.network(i % 2 == 0);
        EXPECT_EQ(cheapest(network, 5), cheapest(network, 5));
    }
}

TEST(Cheapest, AmongEqualsTheEarlierGoFirst) {
    const Network network{.sources = {{.capacity = 2}, {.capacity = 2}, {.capacity = 2}},
                          .sinks = {{.capacity = 9}, {.capacity = 9}},
                          .arcs = {0, 0, 0, 0, 0, 0}};
    EXPECT_EQ(cheapest(network, 3), (Units{2, 0, 1, 0, 0, 0}));
}

TEST(Cheapest, NoUnitsGoNowhere) {
    const Network network{
        .sources = {{.capacity = 1}}, .sinks = {{.capacity = 1}}, .arcs = {Cost{0}}};
    EXPECT_EQ(cheapest(network, 0), (Units{0}));
    EXPECT_EQ(cheapest(network, -1), (Units{0}));
}

TEST(Cheapest, WithoutSinksOrSourcesThereIsNoWay) {
    EXPECT_EQ(cheapest({.sources = {{.capacity = 3}}, .sinks = {}, .arcs = {}}, 3), Units{});
    EXPECT_EQ(cheapest({.sources = {}, .sinks = {{.capacity = 3}}, .arcs = {}}, 3), Units{});
    EXPECT_EQ(cheapest({.sources = {}, .sinks = {}, .arcs = {}}, 3), Units{});
}

TEST(Cheapest, MoreUnitsThanFitFillWhatThereIs) {
    const Network network{.sources = {{.capacity = 2}, {.capacity = 5}},
                          .sinks = {{.capacity = 4}},
                          .arcs = {cost_at(1, 1), 0}};
    EXPECT_EQ(cheapest(network, 100), (Units{0, 4}));
}

TEST(Cheapest, ASteepStopIsFilledEvenly) {
    const Stop steep{.capacity = 9, .steep = cost_at(2, 1)};
    const Network network{
        .sources = {{.capacity = 9}}, .sinks = {steep, steep, steep}, .arcs = {0, 0, 0}};
    EXPECT_EQ(cheapest(network, 9), (Units{3, 3, 3}));
    EXPECT_EQ(cheapest(network, 7), (Units{3, 2, 2}));
}

TEST(Cheapest, AStopOfTwoLanesTakesTwiceAsMuch) {
    const Network network{.sources = {{.capacity = 9}},
                          .sinks = {{.capacity = 9, .steep = cost_at(2, 1)},
                                    {.capacity = 9, .lanes = 2, .steep = cost_at(2, 1)}},
                          .arcs = {0, 0}};
    EXPECT_EQ(cheapest(network, 9), (Units{3, 6}));
}

TEST(Cheapest, ALimitIsPassedOnlyWhereNoOtherStopHasRoom) {
    const Stop limited{.capacity = 9, .limit = 3, .beyond = cost_at(0, 1)};
    const Network network{
        .sources = {{.capacity = 9}}, .sinks = {limited, limited}, .arcs = {0, cost_at(1, 9)}};
    EXPECT_EQ(cheapest(network, 5), (Units{3, 2}));
    EXPECT_EQ(cheapest(network, 7), (Units{4, 3}));
}

TEST(Cheapest, AHigherLevelOutweighsTheMostOfAllLowerOnes) {
    constexpr std::int64_t most = 1 << 22;
    for (int high = 0; high < cost_levels; ++high) {
        Cost lower = 0;
        for (int low = high + 1; low < cost_levels; ++low)
            lower += cost_at(low, most);
        const Network network{.sources = {{.capacity = 4}},
                              .sinks = {{.capacity = 4}, {.capacity = 4}},
                              .arcs = {cost_at(high, 1), lower}};
        EXPECT_EQ(cheapest(network, 4), (Units{0, 4})) << high;
    }
}

} // namespace pin_transport_test
} // namespace fairlead::pin
