#include "config/fabric_words.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>
#include <map>

namespace fairlead::config {
namespace config_fabric_words_test {

using test::fails_with;
using test::succeeds;
using Stored = std::map<std::string, std::string, std::less<>>;

Result<FabricRequest> read(const Stored& stored) {
    return read_fabric_request([&](std::string_view name) -> std::optional<std::string_view> {
        const auto found = stored.find(name);
        return found == stored.end() ? std::nullopt
                                     : std::optional<std::string_view>(found->second);
    });
}

TEST(FabricWords, NothingStoredAsksForNothing) {
    const auto request = read({});
    ASSERT_TRUE(succeeds(request));
    EXPECT_EQ(*request, FabricRequest{});
}

TEST(FabricWords, EveryOptionIsReadUnderTheNameThatSlurmStoresItBy) {
    const auto request = read({{"fairlead_efa", "preferred"},
                               {"fairlead_efa_interfaces", "2"},
                               {"fairlead_placement", "capacity-block"},
                               {"fairlead_max_layer", "2"},
                               {"fairlead_same_az", "no"}});
    ASSERT_TRUE(succeeds(request));
    EXPECT_EQ(*request, (FabricRequest{EfaNeed::Preferred, 2, Placement::CapacityBlock, 2, false}));
}

TEST(FabricWords, WhoAsksForInterfacesRequiresEfa) {
    EXPECT_EQ(read({{"fairlead_efa_interfaces", "2"}})->efa, EfaNeed::Required);
    EXPECT_EQ(read({{"fairlead_efa_interfaces", "2"}, {"fairlead_efa", "off"}})->efa, EfaNeed::Off);
}

TEST(FabricWords, BareOptionsMeanRequiredAndYes) {
    for (const std::string bare : {"", "(null)"}) {
        const auto request = read({{"fairlead_efa", bare}, {"fairlead_same_az", bare}});
        ASSERT_TRUE(succeeds(request));
        EXPECT_EQ(request->efa, EfaNeed::Required);
        EXPECT_EQ(request->same_az, true);
    }
}

TEST(FabricWords, AnyLayerIsALayerToo) {
    EXPECT_EQ(read({{"fairlead_max_layer", "any"}})->max_layer, 0);
    EXPECT_EQ(read({{"fairlead_max_layer", "1"}})->max_layer, 1);
}

TEST(FabricWords, EveryPlacementIsReadBackFromItsWord) {
    for (const std::string_view word : placements) {
        const auto placement = parse_placement(word);
        ASSERT_TRUE(placement) << word;
        EXPECT_EQ(to_string(*placement), word);
    }
    EXPECT_FALSE(parse_placement("Cluster"));
    EXPECT_FALSE(parse_placement(""));
}

TEST(FabricWords, ABadValueNamesTheOptionAndTheNearestWord) {
    EXPECT_TRUE(fails_with(read({{"fairlead_placement", "clutser"}}), Code::P102,
                           "--placement: unknown value 'clutser', did you mean 'cluster'?"));
    EXPECT_TRUE(fails_with(read({{"fairlead_same_az", "perhaps"}}), Code::P102,
                           "--same-az: unknown value 'perhaps'; expected one of: no, yes"));
    EXPECT_TRUE(fails_with(read({{"fairlead_max_layer", "4"}}), Code::P102, "--max-layer"));
}

TEST(FabricWords, ACountOfInterfacesIsANumberThatANodeCanHave) {
    for (const std::string value :
         {"", "0", "-1", "65", "2.5", "2 ", " 2", "two", "99999999999999999999", "\x1b[2J"})
        EXPECT_TRUE(
            fails_with(read({{"fairlead_efa_interfaces", value}}), Code::P102, "--efa-interfaces"))
            << value;
    EXPECT_EQ(read({{"fairlead_efa_interfaces", "64"}})->efa_interfaces, 64);
}

TEST(FabricWords, OptionsThatAskForADistanceArePlaced) {
    EXPECT_FALSE(FabricDemand{.efa = EfaNeed::Required}.placed());
    EXPECT_TRUE(FabricDemand{.placement = Placement::Spread}.placed());
    EXPECT_TRUE(FabricDemand{.max_layer = 3}.placed());
    EXPECT_TRUE(FabricDemand{.same_az = true}.placed());
}

} // namespace config_fabric_words_test
} // namespace fairlead::config
