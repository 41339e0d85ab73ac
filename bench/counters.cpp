/// What a network report costs a node of 32 EFA interfaces: reading the counters, the difference
/// and its JSON, the part in the spool, the child that does it.

#include "base/child.hpp"
#include "state/network_json.hpp"
#include "state/spool.hpp"
#include "temp_folder.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

namespace fairlead {
namespace {

/// A sysfs of ordinary files; a real device is asked by its driver once every `lifespan` ms.
class Interfaces {
  public:
    explicit Interfaces(int number) {
        std::filesystem::create_directories(folder_ / "sys/bus/pci/drivers/efa");
        for (int i = 0; i < number; ++i)
            add("rdmap" + std::to_string(i) + "s0", fmt::format("0000:{:02x}:00.0", i));
    }
    std::filesystem::path root() const { return folder_.path(); }

  private:
    void add(const std::string& name, const std::string& pci) {
        namespace fs = std::filesystem;
        const std::string device = "sys/devices/pci0000:00/" + pci;
        const std::string infiniband = device + "/infiniband/" + name;
        for (const std::string_view counter : fabric::known_counters())
            folder_.write(fmt::format("{}/{}hw_counters/{}", infiniband,
                                      at_the_port(counter) ? "ports/1/" : "", counter),
                          "12345678901\n");
        for (const char* place : {"/ports/1/hw_counters/lifespan", "/hw_counters/lifespan"})
            folder_.write(infiniband + place, "10\n");
        fs::create_directory_symlink(root() / "sys/bus/pci/drivers/efa",
                                     folder_ / (device + "/driver"));
        fs::create_directory_symlink("../../../" + pci, folder_ / (infiniband + "/device"));
        fs::create_directories(folder_ / "sys/class/infiniband");
        fs::create_directory_symlink(root() / infiniband,
                                     folder_ / ("sys/class/infiniband/" + name));
    }
    static bool at_the_port(std::string_view counter) {
        return !counter.ends_with("_err") && !counter.ends_with("_cmds") &&
               counter != "keep_alive_rcvd";
    }
    test::TempFolder folder_;
};

void read(benchmark::State& state) {
    const Interfaces interfaces{static_cast<int>(state.range(0))};
    for (auto _ : state)
        benchmark::DoNotOptimize(fabric::read_counters(interfaces.root()));
}

fabric::NetworkPart part_of(const std::vector<fabric::DeviceCounters>& counters) {
    fabric::NetworkPart part;
    part.job = {4711};
    part.node = "n1";
    part.devices = fabric::deltas(counters, counters);
    return part;
}

void encode_part(benchmark::State& state) {
    const Interfaces interfaces{static_cast<int>(state.range(0))};
    const auto counters = fabric::read_counters(interfaces.root());
    std::size_t bytes = 0;
    for (auto _ : state)
        bytes = state::encode(part_of(*counters)).size();
    state.counters["bytes"] = static_cast<double>(bytes);
}

void write_part(benchmark::State& state) {
    const Interfaces interfaces{static_cast<int>(state.range(0))};
    const test::TempFolder spool;
    const std::string text = state::encode(part_of(*fabric::read_counters(interfaces.root())));
    for (auto _ : state)
        if (!state::write_part({spool.path(), false}, {4711}, "n1.json", ::geteuid(), text))
            state.SkipWithError("not written");
}

void child(benchmark::State& state) {
    for (auto _ : state)
        if (!run_forked(Code::E231, "nothing", std::chrono::seconds(5),
                        [] { return Result<void>{}; }))
            state.SkipWithError("no child");
}

BENCHMARK(read)->Name("counters/read")->Arg(2)->Arg(32);
BENCHMARK(encode_part)->Name("counters/difference_and_json")->Arg(2)->Arg(32);
BENCHMARK(write_part)->Name("counters/write")->Arg(2)->Arg(32)->UseRealTime();
BENCHMARK(child)->Name("counters/child")->UseRealTime();

} // namespace
} // namespace fairlead

BENCHMARK_MAIN();
