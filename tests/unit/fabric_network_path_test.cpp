#include "fabric/network_path.hpp"

#include <gtest/gtest.h>

namespace fairlead::fabric {
namespace fabric_network_path_test {

using Paths = std::vector<Path>;

TEST(NetworkPath, CommonLayersCountFromTheTop) {
    EXPECT_EQ(common_layers(Paths{}), 0u);
    EXPECT_EQ(common_layers(Paths{{"a", "b", "c"}}), 3u);
    EXPECT_EQ(common_layers(Paths{{"a", "b", "c"}, {"a", "b", "d"}}), 2u);
    EXPECT_EQ(common_layers(Paths{{"a", "b", "c"}, {"x", "b", "c"}}), 0u);
    EXPECT_EQ(common_layers(Paths{{"a", "b", "c"}, {}}), 0u);
}

TEST(NetworkPath, LayersNeededCountFromTheInstances) {
    EXPECT_EQ(layers_needed(Paths{{"a", "b", "c"}, {"a", "b", "c"}}), 1);
    EXPECT_EQ(layers_needed(Paths{{"a", "b", "c"}, {"a", "b", "d"}}), 2);
    EXPECT_EQ(layers_needed(Paths{{"a", "b", "c"}, {"a", "e", "d"}}), 3);
    EXPECT_EQ(layers_needed(Paths{{"a", "b", "c"}, {"z", "b", "c"}}), 0);
    EXPECT_EQ(layers_needed(Paths{}), 0);
}

TEST(NetworkPath, OfPathsOfThreeAndFourLayersTheLongestCounts) {
    const Path three{"a", "b", "c"}, four{"a", "b", "c", "d"};
    EXPECT_EQ(layers_needed(Paths{three, four}), 2);
    EXPECT_EQ(layers_needed(Paths{three, {"a", "b", "e", "f"}}), 3);
}

TEST(NetworkPath, NetworkNodesAreCountedOnceALayer) {
    EXPECT_EQ(network_nodes(Paths{}), std::vector<int>{});
    EXPECT_EQ(network_nodes(Paths{{"a", "b", "c"}, {"a", "b", "c"}}), (std::vector{1, 1, 1}));
    EXPECT_EQ(network_nodes(Paths{{"a", "b", "c"}, {"a", "e", "d"}, {"a", "e", "f"}}),
              (std::vector{1, 2, 3}));
    EXPECT_EQ(network_nodes(Paths{{"a", "b", "c"}, {"a", "b", "d", "e"}}),
              (std::vector{1, 1, 2, 1}));
}

} // namespace fabric_network_path_test
} // namespace fairlead::fabric
