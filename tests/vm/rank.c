// One rank: prints, as one line of key=value words, what the kernel says of it and what Fairlead
// told it. No libnuma, and linked statically: 96 of them start at a time.

#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { pages = 64, most_nodes = 1024, word_bits = 8 * sizeof(long) };

/// The value of a line of /proc/self/status.
static void print_status(const char* key, const char* name) {
    char line[4096];
    const size_t length = strlen(key);
    FILE* status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, key, length) == 0 && line[length] == ':') {
            line[strcspn(line, "\n")] = '\0';
            printf(" %s=%s", name, line + length + 2);
        }
    if (status)
        fclose(status);
}

static const char* policy_name(int mode) {
    static const char* const names[] = {"default",    "prefer", "bind",
                                        "interleave", "local",  "prefer-many"};
    const int flags = MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES;
    const size_t index = (size_t)(mode & ~flags);
    return index < sizeof names / sizeof *names ? names[index] : "unknown";
}

static void print_nodes(const char* name, const unsigned long* mask) {
    const char* separator = "";
    printf(" %s=", name);
    for (int node = 0; node < most_nodes; ++node)
        if (mask[node / word_bits] >> (node % word_bits) & 1) {
            printf("%s%d", separator, node);
            separator = ",";
        }
}

static void print_policy(void) {
    unsigned long mask[most_nodes / word_bits] = {0};
    int mode = -1;
    if (syscall(SYS_get_mempolicy, &mode, mask, (unsigned long)most_nodes, NULL, 0) != 0)
        mode = -1;
    printf(" mem=%s", mode < 0 ? "error" : policy_name(mode));
    print_nodes("memnodes", mask);
}

/// Where the kernel puts pages that this rank is the first to write to.
static void print_touched(void) {
    const size_t size = (size_t)sysconf(_SC_PAGESIZE);
    unsigned long mask[most_nodes / word_bits] = {0};
    void* addresses[pages];
    int nodes[pages];
    char* memory =
        mmap(NULL, pages * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    madvise(memory, pages * size, MADV_NOHUGEPAGE);
    for (int i = 0; i < pages; ++i) {
        memory[(size_t)i * size] = 1;
        addresses[i] = memory + (size_t)i * size;
    }
    if (syscall(SYS_move_pages, 0, (unsigned long)pages, addresses, NULL, nodes, 0) != 0)
        return;
    for (int i = 0; i < pages; ++i)
        if (nodes[i] >= 0 && nodes[i] < most_nodes)
            mask[nodes[i] / word_bits] |= 1UL << (nodes[i] % word_bits);
    print_nodes("touched", mask);
}

/// What is left of all CPUs, whatever this rank is bound to: the fence of its cgroup.
static void print_fence(void) {
    static unsigned char all[1024];
    memset(all, 0xff, sizeof all);
    if (syscall(SYS_sched_setaffinity, 0, sizeof all, all) == 0)
        print_status("Cpus_allowed_list", "fence");
}

static void print_variable(const char* variable, const char* name) {
    const char* value = getenv(variable);
    printf(" %s=%s", name, value ? value : "unset");
}

int main(void) {
    // A line in one write: ranks share the terminal.
    static char buffer[8192];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    const char* rank = getenv("SLURM_PROCID");
    printf("rank=%s", rank ? rank : "none");
    print_status("Cpus_allowed_list", "cpus");
    print_policy();
    print_touched();
    print_variable("FAIRLEAD_PIN_CPUS", "pin_cpus");
    print_variable("FAIRLEAD_PIN_NUMA", "pin_numa");
    print_variable("FAIRLEAD_PIN_NICS", "pin_nics");
    print_variable("FAIRLEAD_PIN_GPUS", "pin_gpus");
    print_variable("FAIRLEAD_PIN_POLICY", "pin_policy");
    print_variable("SLURM_JOB_ID", "job");
    print_variable("SLURMD_NODENAME", "node");
    print_fence();
    printf("\n");
    return fflush(stdout) != 0;
}
