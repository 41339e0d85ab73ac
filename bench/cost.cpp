/// What it costs to price a dump of sacct, in runs a second on one core; reports; and the budget
/// snapshot.

#include "cost/budget_builder.hpp"
#include "cost/budget_view.hpp"
#include "cost/months.hpp"
#include "cost/report_json.hpp"
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
/// A ledger of a year of so many jobs, of 500 users in 50 groups, made once.
std::filesystem::path ledger_of(std::int64_t jobs) {
    const auto file =
        std::filesystem::temp_directory_path() / fmt::format("fairlead-bench-{}.ledger", jobs);
    if (std::filesystem::exists(file))
        return file;
    auto ledger = cost::Ledger::open(file).value();
    const cost::Time start = cost::read_time("2026-01-01").value();
    std::int64_t job = 0;
    while (job < jobs)
        ledger
            .transaction([&]() -> Result<void> {
                for (int i = 0; i < 10'000 && job < jobs; ++i, ++job) {
                    const cost::Time end = start + std::chrono::seconds(job * 31'536'000 / jobs);
                    const std::int64_t user = job * 7919 % 500;
                    const bool spot = job % 3 == 0;
                    const cost::Entry entry{.cluster = "atlas",
                                            .run = std::to_string(job + 1),
                                            .kind = job % 50 == 0 ? "node_fail" : "run",
                                            .period = cost::month_name(end),
                                            .day = cost::day_name(end),
                                            .debit = fmt::format("account:group{}", user % 50),
                                            .credit = "instances",
                                            .currency = "USD",
                                            .amount = {1'000'000'007 + job},
                                            .job = std::to_string(job + 1),
                                            .user = fmt::format("user{}", user),
                                            .partition = "cpu",
                                            .state = "COMPLETED",
                                            .instance_type = "c7a.24xlarge",
                                            .purchase = spot ? "spot" : "on-demand",
                                            .node_seconds = 3600};
                    if (auto done = ledger.append(entry); !done)
                        return done;
                }
                return {};
            })
            .value();
    return file;
}

cost::Groups groups_of_fifty() {
    std::string text = "schema: fairlead.groups/1\ngrants:\n"
                       "  A: {start: 2026-01-01, end: 2026-12-31}\n"
                       "  B: {start: 2026-01-01, end: 2026-12-31}\ngroups:\n";
    for (int i = 0; i < 50; ++i)
        text += fmt::format("  g{0}: {{accounts: [group{0}], grants: {{A: 60, B: 40}}, budget: "
                            "{{amount: 4000}}}}\n",
                            i);
    return cost::parse_groups(text, "groups").value();
}

/// A year by group or by grant, from the file to the JSON.
void report_year(benchmark::State& state) {
    const auto file = ledger_of(state.range(0));
    const cost::GroupsOverTime groups(groups_of_fifty());
    for (auto step : state) {
        auto ledger = cost::Ledger::open_to_read(file).value();
        cost::Query query{.of = static_cast<cost::ReportOf>(state.range(1)),
                          .from = cost::read_time("2026-01-01").value(),
                          .to = cost::read_time("2027-01-01").value(),
                          .as_of = cost::read_time("2027-01-01").value()};
        cost::Reporter reporter(query, groups);
        cost::Charge charge;
        std::int64_t sums = 0;
        ledger
            .sums("2026-01-01", "2027-01-01",
                  [&](const cost::DaySum& sum) {
                      charge.sum = sum;
                      ++sums;
                      reporter.take(charge).value();
                  })
            .value();
        benchmark::DoNotOptimize(cost::json_of(std::move(reporter).report()));
        state.counters["sums"] = static_cast<double>(sums);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(report_year)
    ->ArgNames({"jobs", "kind"})
    ->Args({1'000'000, static_cast<int>(cost::ReportOf::Group)})
    ->Args({1'000'000, static_cast<int>(cost::ReportOf::User)})
    ->Args({1'000'000, static_cast<int>(cost::ReportOf::Grant)})
    ->Unit(benchmark::kMillisecond);

/// A university's share of so many groups, each with an account and a budget.
cost::Groups groups_of(std::int64_t number) {
    cost::Groups all{.universities = {{"north", cost::Budget{.amount = {1'000'000'000'000'000}}}},
                     .site = cost::Budget{.amount = {2'000'000'000'000'000}}};
    for (std::int64_t i = 0; i < number; ++i)
        all.groups.push_back(
            {.name = fmt::format("group{}", i),
             .university = "north",
             .accounts = {fmt::format("account{}", i)},
             .budget = cost::Budget{.amount = {4'000'000'000'000}},
             .thresholds = {{80, cost::Reaction::Warn}, {100, cost::Reaction::Hold}}});
    return all;
}

std::vector<cost::QueuedJob> queue_of(std::int64_t jobs, std::int64_t groups) {
    std::vector<cost::QueuedJob> queue;
    for (std::int64_t i = 0; i < jobs; ++i)
        queue.push_back(
            {.job = static_cast<std::uint32_t>(i + 1),
             .user = fmt::format("user{}", i % 30'000),
             .account = fmt::format("account{}", i * 7919 % groups),
             .qos = "normal",
             .partitions = i % 3 == 0 ? "cpu,gpu" : "cpu",
             .size = {.least_nodes = 1 + static_cast<std::uint64_t>(i) % 8,
                      .tasks = 64,
                      .cpus = 64,
                      .time_limit = std::chrono::hours(24)},
             .admin_comment = fmt::format("fairlead-hold={:016x},at-most=1USD", i + 2)});
    return queue;
}

/// Two users an account.
std::vector<cost::Members> members_of_groups(std::int64_t groups) {
    std::string lines;
    for (std::int64_t i = 0; i < 2 * groups; ++i)
        lines += fmt::format("account{}|user{}\n", i / 2, i);
    return cost::members_of(lines);
}

/// What the accountant does in a round once Slurm and the ledger have answered: each group spent on
/// each of 20 days, and a snapshot before this one is looked through.
cost::BudgetSnapshot snapshot_of(const cost::Groups& groups,
                                 const std::vector<cost::QueuedJob>& queue,
                                 const std::vector<cost::Members>& members,
                                 const cost::BudgetSnapshot& before) {
    static const std::vector<std::string> days = [] {
        std::vector<std::string> all;
        for (int day = 1; day <= 20; ++day)
            all.push_back(fmt::format("2026-06-{:02}", day));
        return all;
    }();
    cost::BudgetBuilder builder(groups, cost::read_time("2026-06-20T12:00:00Z").value());
    builder.members(members);
    builder.partitions({{.name = "cpu", .dearest = {9'500'000'000'000}, .nodes = 900, .cpus = 96},
                        {.name = "gpu", .dearest = {98'320'000'000'000}, .nodes = 90, .cpus = 192}},
                       "cpu");
    for (const cost::Group& group : groups.groups) {
        const std::string payer = "account:" + group.accounts[0];
        for (const std::string& day : days)
            builder.spent(payer, day, "USD", {1'000'000'007});
    }
    for (const cost::QueuedJob& job : queue)
        builder.job(job, std::chrono::hours(24)).value();
    builder.carry(before, [](std::uint32_t, cost::Time) { return true; });
    return std::move(builder).finish();
}

void snapshot(benchmark::State& state) {
    const auto groups = groups_of(state.range(0));
    const auto queue = queue_of(state.range(1), state.range(0));
    const auto members = members_of_groups(state.range(0));
    const auto before = snapshot_of(groups, queue, members, {});
    const auto file =
        std::filesystem::temp_directory_path() / fmt::format("fairlead-bench-{}.json", ::getpid());
    for (auto step : state)
        cost::write_budgets(file, snapshot_of(groups, queue, members, before)).value();
    state.counters["bytes"] = static_cast<double>(std::filesystem::file_size(file));
    std::filesystem::remove(file);
}
BENCHMARK(snapshot)
    ->ArgNames({"groups", "jobs"})
    ->Args({10'000, 20'000})
    ->Unit(benchmark::kMillisecond);

/// What slurmctld's thread does with it, beside the calls.
void snapshot_read(benchmark::State& state) {
    const auto groups = groups_of(state.range(0));
    const std::string text = cost::encode(snapshot_of(
        groups, queue_of(state.range(1), state.range(0)), members_of_groups(state.range(0)), {}));
    for (auto step : state) {
        auto read = cost::decode_budgets(text, "bench").value();
        std::vector<std::shared_ptr<cost::Used>> used(read.caps.size());
        benchmark::DoNotOptimize(
            std::make_shared<cost::BudgetView>(std::move(read), std::move(used)));
    }
}
BENCHMARK(snapshot_read)
    ->ArgNames({"groups", "jobs"})
    ->Args({10'000, 20'000})
    ->Unit(benchmark::kMillisecond);

BENCHMARK(settle_dump)->Arg(100'000)->Unit(benchmark::kMillisecond);

BENCHMARK(price_dump)->Arg(100'000)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace fairlead

BENCHMARK_MAIN();
