/// pin::plan on recorded machines, and hwloc_distrib on the same ones: what hwloc itself needs to
/// spread as many CPU sets, without devices, domains or promises.

#include "pin/plan.hpp"

#include "machines.hpp"

#include <benchmark/benchmark.h>
#include <climits>
#include <hwloc.h>
#include <numeric>

namespace fairlead {
namespace {

pin::PlanInput input_of(const topology::Machine& machine, std::size_t ranks,
                        const std::string& request) {
    pin::PlanInput input{.step_cpus = machine.cpus, .ranks = {}};
    input.ranks.resize(ranks);
    std::iota(input.ranks.begin(), input.ranks.end(), 0u);
    input.request = pin::parse_request(request).value();
    return input;
}

void plan_of(benchmark::State& state, const char* type, std::size_t ranks,
             const std::string& request, bool gpus = false) {
    const topology::Machine& machine = test::recorded(type);
    pin::PlanInput input = input_of(machine, ranks, request);
    if (gpus) {
        input.gpus.resize(machine.gpus.size());
        std::iota(input.gpus.begin(), input.gpus.end(), 0);
    }
    if (!pin::plan(machine, input))
        state.SkipWithError("no plan");
    for (auto _ : state)
        benchmark::DoNotOptimize(pin::plan(machine, input));
}

void distribute(benchmark::State& state, const char* type, unsigned ranks) {
    hwloc_topology_t topology = nullptr;
    hwloc_topology_init(&topology);
    hwloc_topology_set_io_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_IMPORTANT);
    hwloc_topology_set_xml(topology, test::topology_file(type).c_str());
    if (hwloc_topology_load(topology) != 0)
        state.SkipWithError("no topology");
    std::vector<hwloc_cpuset_t> sets(ranks);
    hwloc_obj_t root = hwloc_get_root_obj(topology);
    for (auto _ : state) {
        hwloc_distrib(topology, &root, 1, sets.data(), ranks, INT_MAX, 0);
        benchmark::DoNotOptimize(sets.data());
        for (hwloc_cpuset_t set : sets)
            hwloc_bitmap_free(set);
    }
    hwloc_topology_destroy(topology);
}

void add_plans() {
    using benchmark::RegisterBenchmark;
    for (const char* type : {"p5.48xlarge", "hpc7a.96xlarge"}) {
        for (const char* policy : {"auto", "nic", "numa", "l3", "compact", "spread", "none"})
            RegisterBenchmark(fmt::format("plan/{}/192/{}", type, policy).c_str(), plan_of, type,
                              192u, fmt::format("by:{}", policy), false);
        RegisterBenchmark(fmt::format("hwloc_distrib/{}/192", type).c_str(), distribute, type,
                          192u);
    }
    RegisterBenchmark("plan/p5.48xlarge/192/gpu", plan_of, "p5.48xlarge", 192u, "by:gpu", true);
    RegisterBenchmark("plan/p5.48xlarge/8/gpu", plan_of, "p5.48xlarge", 8u, "by:gpu", true);
    RegisterBenchmark("plan/hpc7a.96xlarge/96/auto", plan_of, "hpc7a.96xlarge", 96u, "by:auto",
                      false);
    RegisterBenchmark("hwloc_distrib/p5.48xlarge/8", distribute, "p5.48xlarge", 8u);
}

} // namespace
} // namespace fairlead

int main(int argc, char** argv) {
    fairlead::add_plans();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
