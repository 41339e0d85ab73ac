#include "placement/network.hpp"

#include <gtest/gtest.h>

namespace fairlead::placement {
namespace placement_network_test {

TEST(Network, AttachesNodesInTheOrderOfNames) {
    Branch root;
    attach(root, Path{"b", "d"}, "n2");
    attach(root, Path{"b", "c"}, "n3");
    attach(root, Path{"a"}, "n4");
    attach(root, Path{"b", "d"}, "n1");
    const Branch expected{
        "", {{"a", {}, {"n4"}}, {"b", {{"c", {}, {"n3"}}, {"d", {}, {"n1", "n2"}}}, {}}}, {}};
    EXPECT_EQ(root, expected);
}

} // namespace placement_network_test
} // namespace fairlead::placement
