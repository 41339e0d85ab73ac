#include "jobsubmit/log_ring.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace fairlead::jobsubmit {
namespace {

TEST(LogRing, GivesLinesBackInOrderAndCut) {
    const auto ring = std::make_unique<LogRing>();
    std::string line;
    EXPECT_FALSE(ring->pop(line));
    ring->push("one");
    ring->push("");
    ring->push(std::string(2 * LogRing::longest, 'x'));
    EXPECT_TRUE(ring->pop(line));
    EXPECT_EQ(line, "one");
    EXPECT_TRUE(ring->pop(line));
    EXPECT_EQ(line, "");
    EXPECT_TRUE(ring->pop(line));
    EXPECT_EQ(line, std::string(LogRing::longest, 'x'));
    EXPECT_FALSE(ring->pop(line));
}

TEST(LogRing, LosesAndCountsWhatDoesNotFit) {
    const auto ring = std::make_unique<LogRing>();
    for (std::size_t i = 0; i < LogRing::slots + 7; ++i)
        ring->push(std::to_string(i));
    EXPECT_EQ(ring->take_lost(), 7u);
    EXPECT_EQ(ring->take_lost(), 0u);
    std::string line;
    for (std::size_t i = 0; i < LogRing::slots; ++i) {
        ASSERT_TRUE(ring->pop(line));
        EXPECT_EQ(line, std::to_string(i));
    }
    EXPECT_FALSE(ring->pop(line));
    ring->push("again");
    EXPECT_TRUE(ring->pop(line));
    EXPECT_EQ(line, "again");
}

TEST(LogRing, ManyWritersLoseNothingThatIsNotCounted) {
    constexpr int writers = 8, lines = 2000;
    const auto ring = std::make_unique<LogRing>();
    std::set<std::string> seen;
    std::atomic<int> running{writers};
    std::vector<std::jthread> threads;
    for (int w = 0; w < writers; ++w)
        threads.emplace_back([&, w] {
            for (int i = 0; i < lines; ++i)
                ring->push(std::to_string(w) + ":" + std::to_string(i));
            --running;
        });
    std::string line;
    while (running.load() > 0)
        while (ring->pop(line))
            EXPECT_TRUE(seen.insert(line).second) << line;
    while (ring->pop(line))
        EXPECT_TRUE(seen.insert(line).second) << line;
    EXPECT_EQ(seen.size() + ring->take_lost(), std::size_t{writers} * lines);
}

} // namespace
} // namespace fairlead::jobsubmit
