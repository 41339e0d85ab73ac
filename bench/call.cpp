/// One job_submit call by itself, with Slurm's allocator, for profilers: `bench_call RULES
/// [CALLS [KIB [GROUPS]]]`, with KIB of memory read between two calls, to find the caches as
/// slurmctld leaves them, and with budgets of so many groups and 20,000 live jobs in force: then
/// RULES has a section `cost`. bench/jobsubmit measures it inside slurmctld.

#include "config/paths.hpp"
#include "cost/budget_snapshot.hpp"
#include "jobsubmit/compat.hpp"
#include "tests/jobsubmit/description.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

extern "C" {
int init();
int fini();
int job_submit(job_desc_msg_t* job, uint32_t submit_uid, char** message);
void slurm_info(const char*, ...) {}
}

namespace {

/// One byte of each cache line.
void read_all(const std::vector<char>& memory) {
    volatile char sum = 0;
    for (std::size_t i = 0; i < memory.size(); i += 64)
        sum = static_cast<char>(sum + memory[i]);
}

/// Below a university and the site, each with money for all that is submitted here.
fairlead::cost::BudgetSnapshot budgets(std::size_t groups) {
    using namespace fairlead::cost;
    constexpr Money much{1'000'000'000 * nanos_per_unit};
    constexpr std::uint32_t live_jobs = 20'000;
    const Time now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const Time taken = now + std::chrono::seconds(1); // not before the holds begin
    BudgetSnapshot snapshot{.taken = taken,
                            .partitions = {{.name = "cpu", .dearest = {1'000'000'000'000}}},
                            .default_partition = "cpu"};
    const auto add_cap = [&](std::string name) {
        snapshot.caps.push_back({.name = name,
                                 .label = name,
                                 .limit = much,
                                 .ends = taken + std::chrono::days(10),
                                 .thresholds = {{80, Reaction::Warn}, {100, Reaction::Hold}}});
        return snapshot.caps.size() - 1;
    };
    const std::size_t site = add_cap("site"), university = add_cap("university");
    for (std::size_t i = 0; i < groups; ++i) {
        const std::string name = i == 0 ? "bio" : "g" + std::to_string(i);
        snapshot.groups.push_back({.name = name,
                                   .accounts = {name},
                                   .caps = {add_cap("group " + name), university, site}});
    }
    for (std::uint32_t job = 1; job <= live_jobs; ++job)
        snapshot.jobs.push_back({.job = job, .group = job % groups, .partitions = "cpu"});
    return snapshot;
}

/// Where the accountant writes them.
bool put_in_force(std::size_t groups) {
    const std::filesystem::path folder =
        std::filesystem::path(fairlead::config::run_dir) / "admission";
    std::filesystem::create_directories(folder);
    std::filesystem::remove(folder / "holds");
    return fairlead::cost::write_budgets(folder / "budgets.json", budgets(groups)).has_value();
}

} // namespace

int main(int argc, char** argv) {
    using fairlead::test::Description;
    if (argc < 2)
        return 2;
    ::setenv("FAIRLEAD_CONFIG", argv[1], 1);
    const auto groups = argc > 4 ? static_cast<std::size_t>(std::atoi(argv[4])) : 0;
    if (groups > 0 && !put_in_force(groups))
        return 1;
    init();
    constexpr int holds_of_a_user = 8000;
    const int calls = argc > 2 ? std::atoi(argv[2]) : 20000;
    std::vector<char> other(argc > 3 ? std::atoi(argv[3]) * std::size_t{1024} : 0, 1);
    std::vector<double> times;
    for (int i = 0; i < calls; ++i) {
        Description job;
        Description::put(job->name, "storm");
        Description::put(job->account, "bio");
        Description::put(job->script, "#!/bin/sh\ntrue\n");
        Description::put(job->work_dir, "/shared/home/ada/projects/run");
        job->user_id = static_cast<std::uint32_t>(1000 + i / holds_of_a_user);
        job->time_limit = 30;
        job->min_nodes = 1;
        job->num_tasks = 1;
        char* message = nullptr;
        read_all(other);
        const auto begin = std::chrono::steady_clock::now();
        const int code = job_submit(&*job, job->user_id, &message);
        times.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
                .count());
        const bool held = job->admin_comment && std::strstr(job->admin_comment, "fairlead-hold=");
        if (code != SLURM_SUCCESS || !job->admin_comment || held != (groups > 0)) {
            std::printf("refused or not counted: %s\n", message ? message : "");
            return 1;
        }
    }
    std::ranges::sort(times);
    std::printf("%d calls: p50 %.2f us, p99 %.2f us\n", calls, times[times.size() / 2],
                times[times.size() * 99 / 100]);
    return fini();
}
