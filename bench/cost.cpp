/// What it costs to price a dump of sacct: runs a second on one core.

#include "cost/settle.hpp"

#include <benchmark/benchmark.h>
#include <filesystem>
#include <sstream>
#include <unistd.h>

namespace fairlead {
namespace {

/// Runs over a month on nodes of a spot market whose price changes every six hours.
std::string dump_of(std::size_t runs) {
    std::string text = "JobIDRaw|DBIndex|Account|User|State|NodeList|Start|End|ElapsedRaw|"
                       "AllocTRES\n";
    for (std::size_t i = 0; i < runs; ++i) {
        const auto start = 1'780'000'000 + (i * 7919) % 2'000'000;
        const auto elapsed = 60 + (i * 104'729) % 90'000;
        text +=
            fmt::format("{0}|{1}|chem|ada|COMPLETED|c-[{2}-{3}]|{4}|{5}|{6}|"
                        "billing=96,cpu=96,mem=187.50G,node=4\n",
                        i, 100'000 + i, 1 + i % 900, 4 + i % 900, start, start + elapsed, elapsed);
    }
    return text;
}

std::string book() {
    std::string text =
        "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n";
    for (auto from = cost::Time(std::chrono::seconds(1'779'000'000)); text.size() < 20'000;
         from += std::chrono::hours(6))
        text += fmt::format("us-east-2,,c7a.24xlarge,linux,spot,{},{},1.{:06},USD\n",
                            cost::show_time(from), cost::show_time(from + std::chrono::hours(6)),
                            text.size());
    return text;
}

cost::Pricer pricer_of_spot() {
    return {cost::PriceBook::parse_csv(book(), "book").value(),
            cost::Nodes::parse("nodes,instance_type,purchase,region,az,cpus,memory_mb\n"
                               "c-[1-1000],c7a.24xlarge,spot,us-east-2,us-east-2a,96,192000\n",
                               "nodes")
                .value()};
}

void price_dump(benchmark::State& state) {
    const auto runs = static_cast<std::size_t>(state.range(0));
    const std::string dump = dump_of(runs);
    const auto zone = cost::Zone::find("Europe/Berlin").value();
    std::size_t priced = 0, skipped = 0;
    for (auto step : state) {
        std::istringstream lines(dump);
        cost::Pricer pricer = pricer_of_spot();
        const cost::PricedDump take{
            .priced = [&](const cost::JobRun&,
                          const std::vector<cost::Cost>& costs) { priced += costs.size(); },
            .skipped = [&](const Error&) { ++skipped; }};
        if (!cost::price_dump(lines, "dump", zone, pricer, take) || skipped > 0)
            state.SkipWithError("lines were skipped");
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(priced));
}
/// From a dump into a new ledger on disk.
void settle_dump(benchmark::State& state) {
    const std::string dump = dump_of(static_cast<std::size_t>(state.range(0)));
    const auto zone = cost::Zone::find("UTC").value();
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / fmt::format("fairlead-bench-{}.db", ::getpid());
    std::size_t settled = 0;
    for (auto step : state) {
        std::filesystem::remove(file);
        std::istringstream lines(dump);
        cost::Pricer pricer = pricer_of_spot();
        auto ledger = cost::Ledger::open(file).value();
        const cost::Taken taken{.dump = lines,
                                .name = "dump",
                                .cluster = "atlas",
                                .seen = cost::read_time("2030-01-01").value()};
        const auto done = cost::settle(taken, zone, pricer, ledger, [&](const Error& error) {
            state.SkipWithError(to_string(error).c_str());
        });
        settled += done.value().fresh;
    }
    std::filesystem::remove(file);
    state.SetItemsProcessed(static_cast<std::int64_t>(settled));
}
BENCHMARK(settle_dump)->Arg(100'000)->Unit(benchmark::kMillisecond);

BENCHMARK(price_dump)->Arg(100'000)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace fairlead

BENCHMARK_MAIN();
