#include "catalog/refresh.hpp"

#include "source_dir.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::catalog {
namespace catalog_refresh_test {

using Lines = std::vector<std::string>;

const std::string rows = "a.large,8,4,2,4,16,1,1,100,,x86_64\n"
                         "b.large,16,8,2,,32,2,2,,8,arm64\n";

Catalog known() { return Catalog::parse(rows, "f").value(); }
InstanceType known_type(const char* name) { return *known().find(name); }

TEST(Refresh, WithNothingNewChangesNothing) {
    const auto result = refresh(known(), {known_type("a.large"), known_type("b.large")});
    EXPECT_TRUE(result.differences.empty());
    EXPECT_EQ(result.kept, 0u);
    ASSERT_EQ(result.types.size(), 2u);
    EXPECT_EQ(to_row(result.types[0]) + "\n" + to_row(result.types[1]) + "\n", rows);
}

TEST(Refresh, KeepsWhatEc2DoesNotSay) {
    InstanceType from_ec2 = known_type("a.large");
    from_ec2.numa_nodes.reset();
    from_ec2.gbps.reset();
    const auto result = refresh(known(), {from_ec2});
    EXPECT_EQ(result.types[0].numa_nodes, 4);
    EXPECT_EQ(result.types[0].gbps, 100);
    EXPECT_TRUE(result.differences.empty());
}

TEST(Refresh, TakesWhatEc2SaysAndTellsTheDifference) {
    InstanceType from_ec2 = known_type("b.large");
    from_ec2.efa_interfaces = 4;
    from_ec2.gbps = 200.5;
    from_ec2.gpus = 0;
    const auto result = refresh(known(), {from_ec2});
    EXPECT_EQ(result.differences,
              Lines{"b.large: efa_interfaces 4, was 2; gbps 200.5, was none; gpus none, was 8"});
    EXPECT_EQ(to_row(result.types[1]), "b.large,16,8,2,,32,4,2,200.5,,arm64");
}

TEST(Refresh, AddsANewTypeInItsPlace) {
    InstanceType from_ec2 = known_type("a.large");
    from_ec2.name = "aa.large";
    from_ec2.numa_nodes.reset();
    const auto result = refresh(known(), {from_ec2});
    EXPECT_EQ(result.differences, Lines{"aa.large: new"});
    ASSERT_EQ(result.types.size(), 3u);
    EXPECT_EQ(to_row(result.types[1]), "aa.large,8,4,2,,16,1,1,100,,x86_64");
}

// DescribeInstanceTypes lists what one region offers.
TEST(Refresh, ATypeThatTheRegionDoesNotOfferStays) {
    const auto result = refresh(known(), {known_type("a.large"), known_type("a.large")});
    EXPECT_EQ(result.kept, 1u);
    EXPECT_EQ(result.types.size(), 2u);
}

TEST(Refresh, TheShippedCatalogIsWrittenAsItIs) {
    const std::string shipped = test::content_of(test::source_dir() / "conf/instance-types.csv");
    const auto catalog = Catalog::parse(shipped, "f").value();
    const auto same = refresh(catalog, {});
    EXPECT_EQ(same.kept, catalog.types().size());
    const std::string written = to_csv(same.types, "c");
    EXPECT_EQ(written.substr(written.find("instance_type")),
              shipped.substr(shipped.find("instance_type")));
}

TEST(Refresh, AFileBeginsWithItsComment) {
    const std::string csv = to_csv({known_type("a.large")}, "one\ntwo");
    EXPECT_EQ(csv,
              "# one\n# two\n" + std::string(header) + "\na.large,8,4,2,4,16,1,1,100,,x86_64\n");
    EXPECT_TRUE(Catalog::parse(csv, "f").has_value());
}

} // namespace catalog_refresh_test
} // namespace fairlead::catalog
