/// One job_submit call by itself, with Slurm's allocator, for profilers: `bench_call RULES
/// [CALLS [KIB]]`, with KIB of memory read between two calls, to find the caches as slurmctld
/// leaves them. bench/jobsubmit measures it inside slurmctld.

#include "jobsubmit/compat.hpp"
#include "tests/jobsubmit/description.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
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

} // namespace

int main(int argc, char** argv) {
    using fairlead::test::Description;
    if (argc < 2)
        return 2;
    ::setenv("FAIRLEAD_CONFIG", argv[1], 1);
    init();
    const int calls = argc > 2 ? std::atoi(argv[2]) : 20000;
    std::vector<char> other(argc > 3 ? std::atoi(argv[3]) * std::size_t{1024} : 0, 1);
    std::vector<double> times;
    for (int i = 0; i < calls; ++i) {
        Description job;
        Description::put(job->name, "storm");
        Description::put(job->account, "bio");
        Description::put(job->script, "#!/bin/sh\ntrue\n");
        Description::put(job->work_dir, "/shared/home/ada/projects/run");
        job->user_id = 0;
        job->time_limit = 30;
        job->min_nodes = 1;
        job->num_tasks = 1;
        char* message = nullptr;
        read_all(other);
        const auto begin = std::chrono::steady_clock::now();
        const int code = job_submit(&*job, 0, &message);
        times.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
                .count());
        if (code != SLURM_SUCCESS || !job->admin_comment) {
            std::printf("refused: %s\n", message ? message : "");
            return 1;
        }
    }
    std::ranges::sort(times);
    std::printf("%d calls: p50 %.2f us, p99 %.2f us\n", calls, times[times.size() / 2],
                times[times.size() * 99 / 100]);
    return fini();
}
