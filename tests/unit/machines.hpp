/// Machines to plan on: recorded ones from tests/fixtures, and small ones made by hand.
#pragma once

#include "source_dir.hpp"
#include "topology/load.hpp"

#include <filesystem>
#include <fmt/core.h>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace fairlead::test {

inline const std::vector<std::string> recorded_types{
    "c5n.18xlarge", "hpc6a.48xlarge", "hpc7a.96xlarge", "p4d.24xlarge", "p5.48xlarge"};

inline std::filesystem::path topology_file(const std::string& type) {
    return test::source_dir() / "tests/fixtures/topologies" / (type + ".xml");
}

/// Read once for the whole run.
inline const topology::Machine& recorded(const char* type) {
    static std::map<std::string, topology::Machine> machines;
    const auto found = machines.find(type);
    if (found != machines.end())
        return found->second;
    auto machine = topology::from_xml(topology_file(type));
    if (!machine)
        throw std::runtime_error(to_string(machine.error()));
    return machines.emplace(type, std::move(*machine)).first->second;
}

inline topology::CpuSet cpus(std::string_view list) {
    return topology::CpuSet::from_list(list).value();
}

/// NUMA nodes of `cores_of_node` cores each, one package a node; with two threads a core the second
/// threads are numbered behind all first ones, as Linux does.
inline topology::Machine machine_of(const std::vector<int>& cores_of_node, int threads = 1) {
    topology::Machine machine;
    machine.name = "handmade";
    int total = 0;
    for (const int cores : cores_of_node)
        total += cores;
    int next = 0;
    for (int node = 0; node < static_cast<int>(cores_of_node.size()); ++node) {
        topology::CpuSet near;
        for (int end = next + cores_of_node[static_cast<std::size_t>(node)]; next < end; ++next) {
            machine.cores.push_back({{}, node});
            for (int thread = 0; thread < threads; ++thread) {
                machine.cores.back().pus.push_back(next + thread * total);
                near.add(next + thread * total);
            }
        }
        machine.numa_nodes.push_back({node, node, near});
        machine.cpus.add(near);
    }
    return machine;
}

inline void add_efa(topology::Machine& machine, std::string_view near) {
    const auto number = machine.efas.size();
    machine.efas.push_back(
        {fmt::format("efa{}", number), fmt::format("0000:{:02x}:00.0", 0x10 + number), cpus(near)});
}

} // namespace fairlead::test
