#include "placement/network.hpp"

#include <gtest/gtest.h>

namespace fairlead::placement {
namespace {

using Paths = std::vector<Path>;

TEST(Network, CommonLayersCountFromTheTop) {
    EXPECT_EQ(common_layers(Paths{}), 0u);
    EXPECT_EQ(common_layers(Paths{{"a", "b", "c"}}), 3u);
    EXPECT_EQ(common_layers(Paths{{"a", "b", "c"}, {"a", "b", "d"}}), 2u);
    EXPECT_EQ(common_layers(Paths{{"a", "b", "c"}, {"x", "b", "c"}}), 0u);
    EXPECT_EQ(common_layers(Paths{{"a", "b", "c"}, {}}), 0u);
}

TEST(Network, LayersNeededCountFromTheInstances) {
    EXPECT_EQ(layers_needed(Paths{{"a", "b", "c"}, {"a", "b", "c"}}), 1);
    EXPECT_EQ(layers_needed(Paths{{"a", "b", "c"}, {"a", "b", "d"}}), 2);
    EXPECT_EQ(layers_needed(Paths{{"a", "b", "c"}, {"a", "e", "d"}}), 3);
    EXPECT_EQ(layers_needed(Paths{{"a", "b", "c"}, {"z", "b", "c"}}), 0);
    EXPECT_EQ(layers_needed(Paths{}), 0);
}

TEST(Network, OfPathsOfThreeAndFourLayersTheLongestCounts) {
    const Path three{"a", "b", "c"}, four{"a", "b", "c", "d"};
    EXPECT_EQ(layers_needed(Paths{three, four}), 2);
    EXPECT_EQ(layers_needed(Paths{three, {"a", "b", "e", "f"}}), 3);
}

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

} // namespace
} // namespace fairlead::placement
