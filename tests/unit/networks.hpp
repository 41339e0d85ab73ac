/// Networks for tests: a small one by hand, and random ones.
#pragma once

#include "placement/layout.hpp"

#include <random>

namespace fairlead::test {

/// A place in a cluster placement group of zone us-east-2a (use2-az1).
inline placement::Place place(placement::Path path, std::string group = "pg-a") {
    return {.instance = "i-0123456789abcdef0",
            .type = "hpc7a.96xlarge",
            .path = std::move(path),
            .group = std::move(group),
            .strategy = "cluster",
            .zone = "us-east-2a",
            .zone_id = "use2-az1"};
}

/// The same of a type that EC2 has no topology for: it was asked, and the rest is what the instance
/// recorded and DescribePlacementGroups said.
inline placement::Place without_topology(std::string group = "pg-a") {
    placement::Place place = test::place({}, std::move(group));
    place.type = "c5n.18xlarge";
    place.zone_id = "";
    if (place.group->empty())
        place.strategy = "";
    return place;
}

inline placement::Place in_other_zone(placement::Place place) {
    place.zone = "us-east-2b";
    place.zone_id = "use2-az2";
    return place;
}

/// Eight nodes, two zones, three layers; n7 is of a type without a topology, n8 never booted.
///
///     use2-az1  nn-a1  nn-a2x1  nn-a3x1  n1 n2
///                               nn-a3x2  n3
///                      nn-a2x2  nn-a3x3  n4
///     use2-az2  nn-b1  nn-b2x1  nn-b3x1  n5 n6
inline placement::Snapshot two_zones() {
    placement::Snapshot snapshot{"2026-11-21T09:30:00Z", "us-east-2", {}};
    auto& nodes = snapshot.nodes;
    nodes["n1"] = place({"nn-a1", "nn-a2x1", "nn-a3x1"});
    nodes["n2"] = place({"nn-a1", "nn-a2x1", "nn-a3x1"});
    nodes["n3"] = place({"nn-a1", "nn-a2x1", "nn-a3x2"});
    nodes["n4"] = place({"nn-a1", "nn-a2x2", "nn-a3x3"});
    nodes["n5"] = in_other_zone(place({"nn-b1", "nn-b2x1", "nn-b3x1"}, "pg-b"));
    nodes["n6"] = in_other_zone(place({"nn-b1", "nn-b2x1", "nn-b3x1"}, "pg-b"));
    nodes["n7"] = {.instance = "i-0123456789abcdef0", .type = "m5.large", .zone = "us-east-2b"};
    return snapshot;
}

/// All nodes up but n8, in one partition "all", n1 to n4 in "hpc" as well.
inline placement::Cluster eight_nodes() {
    placement::Cluster cluster;
    for (int number = 1; number <= 8; ++number)
        cluster.nodes.emplace("n" + std::to_string(number), number < 8);
    cluster.partitions = {{"all", {"n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"}},
                          {"hpc", {"n1", "n2", "n3", "n4"}}};
    return cluster;
}

/// `count` nodes in a tree of three or four layers, of few branches so that many nodes meet; some
/// in another zone, group or capacity block, and, where `holes` says so, some unknown.
class RandomNetwork {
  public:
    explicit RandomNetwork(unsigned seed) : random_(seed) {}

    placement::Snapshot snapshot(int count, bool holes) {
        placement::Snapshot snapshot{"2026-11-21T09:30:00Z", "us-east-2", {}};
        for (int number = 1; number <= count; ++number)
            if (!holes || below(6) > 0)
                snapshot.nodes["n" + std::to_string(number)] = node(holes);
        return snapshot;
    }

    int below(int limit) { return std::uniform_int_distribution(0, limit - 1)(random_); }

  private:
    placement::Place node(bool holes) {
        static const char* const groups[] = {"pg-a", "pg-a", "pg-b", ""};
        placement::Path path;
        std::string name = "nn";
        for (int layer = 0; layer < 3 + (below(4) == 0); ++layer) {
            name += "-" + std::to_string(below(2));
            path.push_back(name);
        }
        placement::Place place = test::place(path, groups[below(4)]);
        if (place.group->empty())
            place.strategy = "";
        else if (below(8) == 0)
            place.strategy = "spread";
        if (place.group->empty() && below(2) == 0)
            place.capacity_block = "cr-1";
        if (path.front() == "nn-1")
            place = in_other_zone(place);
        if (holes && below(6) == 0)
            place.path.clear();
        if (holes && below(6) == 0)
            place.group.reset();
        if (holes && below(6) == 0)
            place.asked = false;
        return place;
    }

    std::mt19937 random_;
};

} // namespace fairlead::test
