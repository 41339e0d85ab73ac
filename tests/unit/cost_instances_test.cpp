#include "cost/instances.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_instances_test {

using test::fails_with;
using test::succeeds;

const std::string header = "instance,node,launched,ended,ready,state_reason\n";

Result<Instances> parsed(const std::string& rows) {
    return Instances::parse(header + rows, "i.csv");
}

TEST(Instances, AreReadWithWhatIsKnown) {
    const auto instances = parsed("i-1,n1,2026-06-01T08:00:00Z,2026-06-01T10:00:00+01:00,,\n"
                                  "i-2,n1,2026-06-02,,2026-06-02T00:02:00Z,\n"
                                  "i-3,n2,2026-06-02,2026-06-03,,Server.SpotInstanceTermination\n"
                                  "i-4,n3,2026-06-02,2026-06-03,,Client.UserInitiatedShutdown\n");
    ASSERT_TRUE(succeeds(instances));
    const auto& all = instances->all();
    ASSERT_EQ(all.size(), 4u);
    EXPECT_EQ(all[0].ended, read_time("2026-06-01T09:00:00Z"));
    EXPECT_FALSE(all[0].ready);
    EXPECT_EQ(all[1].ready, read_time("2026-06-02T00:02:00Z"));
    EXPECT_FALSE(all[1].ended);
    EXPECT_TRUE(all[2].reclaimed);
    EXPECT_FALSE(all[3].reclaimed);
}

TEST(Instances, WhatIsDoubtfulIsNamedWithItsLine) {
    EXPECT_TRUE(fails_with(parsed("i-1,n1,yesterday,,,\n"), Code::C110, "i.csv:2: launched is"));
    EXPECT_TRUE(fails_with(parsed("i-1,n1,,,,\n"), Code::C110, "launched is empty"));
    EXPECT_TRUE(fails_with(parsed("i-1,n1,2026-06-02,2026-06-01,,\n"), Code::C110, "before"));
    EXPECT_TRUE(fails_with(parsed("i-1,n1,2026-06-02,,2026-06-01,\n"), Code::C110, "before"));
    EXPECT_TRUE(fails_with(parsed("i 1,n1,2026-06-02,,,\n"), Code::C110, "'i 1'"));
    EXPECT_TRUE(fails_with(parsed("i-1,n/1,2026-06-02,,,\n"), Code::C110, "'n/1'"));
    EXPECT_TRUE(fails_with(parsed("i-1,n1,2026-06-02,,,\ni-1,n2,2026-06-02,,,\n"), Code::C110,
                           "i.csv:3: i-1 stands there twice"));
    EXPECT_TRUE(fails_with(Instances::parse("instance,node\n", "i.csv"), Code::C110, "launched"));
}

TEST(Instances, ANodeIsOneAtATime) {
    EXPECT_TRUE(succeeds(parsed("i-2,n1,2026-06-02,,,\ni-1,n1,2026-06-01,2026-06-02,,\n")));
    EXPECT_TRUE(fails_with(parsed("i-2,n1,2026-06-02,,,\ni-1,n1,2026-06-01,2026-06-03,,\n"),
                           Code::C110, "node n1 is i-1 and i-2 at the same time"));
    EXPECT_TRUE(fails_with(parsed("i-2,n1,2026-06-02,,,\ni-1,n1,2026-06-01,,,\n"), Code::C110));
}

TEST(Instances, AreFoundByNodeAndTime) {
    const auto instances = parsed("i-1,n1,2026-06-01,2026-06-02,,\ni-2,n1,2026-06-03,2026-06-04,,\n"
                                  "i-3,n1,2026-06-05,,,\n")
                               .value();
    const auto at = [&](std::string_view node, std::string_view from, std::string_view to) {
        const auto found = instances.at(node, *read_time(from), *read_time(to));
        return found ? instances.all()[*found].id : "";
    };
    EXPECT_EQ(at("n1", "2026-06-01", "2026-06-02"), "i-1");
    EXPECT_EQ(at("n1", "2026-06-01T20:00:00Z", "2026-06-03T05:00:00Z"), "i-2") << "an hour longer";
    EXPECT_EQ(at("n1", "2026-06-02", "2026-06-03"), "");
    EXPECT_EQ(at("n1", "2026-06-09", "2026-06-10"), "i-3");
    EXPECT_EQ(at("n1", "2026-05-09", "2026-06-01"), "");
    EXPECT_EQ(at("n2", "2026-06-01", "2026-06-02"), "");
}

} // namespace cost_instances_test
} // namespace fairlead::cost
