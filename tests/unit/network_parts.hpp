/// Parts of network reports for tests: job 4711 on n1 to nN, one EFA interface each.
#pragma once

#include "fabric/network_report.hpp"

#include <fmt/core.h>

namespace fairlead::test {

inline fabric::DeviceDelta device(fabric::Counters delta) {
    delta.emplace("tx_bytes", 0);
    delta.emplace("rx_bytes", 0);
    return {"rdmap16s0", "0000:10:00.0", fabric::Seen::Throughout, false, std::move(delta), {}};
}

inline fabric::NetworkPart part(int number, int nodes, fabric::Counters delta) {
    return {.job = {4711},
            .uid = 5001,
            .restart = 0,
            .cluster = "c",
            .partition = "hpc",
            .node = fmt::format("n{}", number),
            .node_list = nodes == 1 ? "n1" : fmt::format("n[1-{}]", nodes),
            .nodes = nodes,
            .instance_type = "hpc7a.96xlarge",
            .place = {.availability_zone = "us-east-2b"},
            .shared = false,
            .start = 1000,
            .end = 1900,
            .devices = {device(std::move(delta))}};
}

/// All nodes of a job, each with the same counts.
inline std::vector<fabric::NetworkPart> parts(int nodes, const fabric::Counters& delta) {
    std::vector<fabric::NetworkPart> all;
    for (int i = 1; i <= nodes; ++i)
        all.push_back(part(i, nodes, delta));
    return all;
}

} // namespace fairlead::test
