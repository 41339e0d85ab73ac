/* What bench/task_init puts before and behind the plugin in plugstack.conf: the time that the
 * plugins between two lines of it take in task_init, in microseconds, the same of the processor,
 * and page faults; a line a task. usage in plugstack.conf: task_init_timer.so begin;
 * task_init_timer.so end FILE */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <slurm/slurm_version.h>
#include <slurm/spank.h>

extern const char plugin_name[];
extern const char plugin_type[];
extern const unsigned int plugin_version;
extern const unsigned int spank_plugin_version;
const char plugin_name[] = "task_init_timer";
const char plugin_type[] = "spank";
const unsigned int plugin_version = SLURM_VERSION_NUMBER;
const unsigned int spank_plugin_version = 1;

/* One object for both lines of plugstack.conf. */
static struct timespec began, cpu_began;
static struct rusage use_began;

static double microseconds(const struct timespec* from, clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return 1e6 * (double)(now.tv_sec - from->tv_sec) + 1e-3 * (double)(now.tv_nsec - from->tv_nsec);
}

static int begin(void) {
    getrusage(RUSAGE_SELF, &use_began);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_began);
    return clock_gettime(CLOCK_MONOTONIC, &began);
}

static int end(const char* path) {
    const double wall = microseconds(&began, CLOCK_MONOTONIC);
    const double cpu = microseconds(&cpu_began, CLOCK_PROCESS_CPUTIME_ID);
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    char line[96];
    const int length = snprintf(line, sizeof line, "%.1f %.1f %ld\n", wall, cpu,
                                use.ru_minflt - use_began.ru_minflt);
    const int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    const ssize_t written = write(file, line, (size_t)length);
    close(file);
    return written == length ? 0 : -1;
}

int slurm_spank_task_init(spank_t spank, int argc, char** argv) {
    (void)spank;
    return argc == 2 ? end(argv[1]) : begin();
}
