/// How a machine is read: hwloc's XML against the record that slurmstepd reads.

#include "base/files.hpp"
#include "machines.hpp"
#include "topology/machine_record.hpp"

#include <benchmark/benchmark.h>

namespace fairlead {
namespace {

void from_xml(benchmark::State& state, const char* type) {
    for (auto _ : state)
        benchmark::DoNotOptimize(topology::from_xml(test::topology_file(type)));
}

void decode(benchmark::State& state, const char* type) {
    const std::string text = topology::encode({{"boot", "hwloc"}, test::recorded(type)});
    for (auto _ : state)
        benchmark::DoNotOptimize(topology::decode(text, "record"));
    state.counters["bytes"] = static_cast<double>(text.size());
}

BENCHMARK_CAPTURE(from_xml, p5, "p5.48xlarge")->Name("from_xml/p5.48xlarge");
BENCHMARK_CAPTURE(from_xml, hpc7a, "hpc7a.96xlarge")->Name("from_xml/hpc7a.96xlarge");
BENCHMARK_CAPTURE(decode, p5, "p5.48xlarge")->Name("decode/p5.48xlarge");
BENCHMARK_CAPTURE(decode, hpc7a, "hpc7a.96xlarge")->Name("decode/hpc7a.96xlarge");

} // namespace
} // namespace fairlead
