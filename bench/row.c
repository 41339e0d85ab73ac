/* What one rank costs in task_init: loads the planning part as slurmstepd does, plans a step on
 * the machine of the configuration and takes every rank's row, in one process and then each in a
 * child of its own, as slurmstepd forks them.
 * usage: row CORE CONFIG RANKS CPUS [REQUEST] */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../spank/core_abi.h"

static int cpus;

/* The core asks the kernel for the step's CPUs; here this answers, for the recorded machine. */
__attribute__((visibility("default"))) int sched_getaffinity(pid_t pid, size_t size,
                                                             cpu_set_t* set) {
    (void)pid;
    memset(set, 0, size);
    for (int cpu = 0; cpu < cpus; ++cpu)
        CPU_SET_S((size_t)cpu, size, set);
    return 0;
}
__attribute__((visibility("default"))) int sched_setaffinity(pid_t pid, size_t size,
                                                             const cpu_set_t* set) {
    (void)pid, (void)size, (void)set;
    return 0;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e6 * (double)time.tv_sec + 1e-3 * (double)time.tv_nsec;
}

static int by_size(const void* a, const void* b) {
    const double x = *(const double*)a, y = *(const double*)b;
    return (x > y) - (x < y);
}

static double row(const fairlead_core_functions* core, fairlead_plan* plan, size_t rank) {
    fairlead_row out;
    fairlead_sentence sentence = {""};
    const double start = now();
    if (core->row(plan, rank, "", &out, &sentence) != FAIRLEAD_OK) {
        fprintf(stderr, "rank %zu: %s\n", rank, sentence.text);
        exit(1);
    }
    return now() - start;
}

static void print(const char* name, double* times, size_t count) {
    qsort(times, count, sizeof *times, by_size);
    printf("%s: median %.1f us, p95 %.1f us, max %.1f us a rank\n", name, times[count / 2],
           times[count * 95 / 100], times[count - 1]);
}

int main(int argc, char** argv) {
    if (argc < 5)
        return 2;
    const size_t ranks = (size_t)atoi(argv[3]);
    cpus = atoi(argv[4]);
    const double before = now();
    void* object = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    printf("loading the planning part: %.1f us\n", now() - before);
    const fairlead_core_functions* (*entry)(void);
    *(void**)&entry = dlsym(object, FAIRLEAD_CORE_SYMBOL);
    if (!entry || entry()->abi != FAIRLEAD_CORE_ABI)
        return 1;
    const fairlead_core_functions* core = entry();
    uint32_t* numbers = calloc(ranks, sizeof *numbers);
    for (size_t i = 0; i < ranks; ++i)
        numbers[i] = (uint32_t)i;
    const fairlead_step step = {.config_path = argv[2],
                                .pin_argument = argc > 5 ? argv[5] : "",
                                .step_cores = "",
                                .ranks = numbers,
                                .rank_count = ranks,
                                .visible_gpus = "",
                                .step_gpus = "",
                                .mem_bind = ""};
    fairlead_plan* plan = NULL;
    fairlead_sentence sentence = {""};
    double start = now();
    if (core->plan(&step, &plan, &sentence) != FAIRLEAD_OK || !plan) {
        fprintf(stderr, "no plan: %s\n", sentence.text);
        return 1;
    }
    printf("plan, with reading the configuration and the machine: %.1f us the first time",
           now() - start);
    core->release(plan);
    start = now();
    core->plan(&step, &plan, &sentence);
    printf(", %.1f us again\n", now() - start);
    double* times = mmap(NULL, ranks * sizeof *times, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < ranks; ++i)
        times[i] = row(core, plan, i);
    print("row, one process", times, ranks);
    for (size_t i = 0; i < ranks; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            times[i] = row(core, plan, i);
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
    print("row, a child each", times, ranks);
    core->release(plan);
    return 0;
}
