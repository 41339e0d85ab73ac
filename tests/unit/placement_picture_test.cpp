#include "placement/picture.hpp"

#include "networks.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fairlead::placement {
namespace placement_picture_test {

Picture two_zones() {
    const Cluster cluster = test::eight_nodes();
    const Snapshot snapshot = test::two_zones();
    return {cluster,
            snapshot,
            lay_out(cluster, snapshot, {}, {}),
            {{"n1", {"12", "13"}}, {"n2", {"13"}}}};
}

TEST(Picture, DrawsTheTreeWithNodesAndJobs) {
    EXPECT_EQ(draw_text(two_zones()),
              R"(network of us-east-2, as EC2 described it at 2026-11-21T09:30:00Z
all-zones
├─ unknown
│  └─ n8  powered down
├─ zone-use2-az1
│  └─ nn-a1
│     ├─ nn-a2x1
│     │  ├─ nn-a3x1
│     │  │  ├─ n1  hpc7a.96xlarge, cluster group pg-a, jobs 12 13
│     │  │  └─ n2  hpc7a.96xlarge, cluster group pg-a, job 13
│     │  └─ nn-a3x2
│     │     └─ n3  hpc7a.96xlarge, cluster group pg-a
│     └─ nn-a2x2
│        └─ nn-a3x3
│           └─ n4  hpc7a.96xlarge, cluster group pg-a
└─ zone-use2-az2
   ├─ nn-b1
   │  └─ nn-b2x1
   │     └─ nn-b3x1
   │        └─ n[5-6]  hpc7a.96xlarge, cluster group pg-b
   └─ unknown-use2-az2
      └─ n7  m5.large, no topology from EC2
)");
}

TEST(Picture, GroupsOfEc2AreMadeFitForATerminal) {
    Picture picture = two_zones();
    picture.snapshot.nodes["n1"].group = "pg\033[2J";
    EXPECT_EQ(draw_text(picture).find('\033'), std::string::npos);
}

TEST(Picture, AsJsonHasTheSameTree) {
    const auto json = nlohmann::json::parse(draw_json(two_zones()));
    EXPECT_EQ(json["schema"], "fairlead.network-tree/1");
    EXPECT_EQ(json["roots"].size(), 1u);
    const auto& zones = json["roots"][0]["switches"];
    EXPECT_EQ(zones[0]["nodes"][0]["up"], false);
    const auto& leaf = zones[1]["switches"][0]["switches"][0]["switches"][0];
    EXPECT_EQ(leaf["name"], "nn-a3x1");
    EXPECT_EQ(leaf["nodes"][0]["jobs"], nlohmann::json({"12", "13"}));
    EXPECT_EQ(leaf["nodes"][0]["placement_group"], "pg-a");
}

} // namespace placement_picture_test
} // namespace fairlead::placement
