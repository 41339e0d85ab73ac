// Runs a program and notes the most memory that it, or a process that it started, has held.
//
// usage: peak FILE CMD...
//   FILE  gets a line "KIB" at the end: the largest VmHWM of /proc/PID/status, read as each one
//   ends
//
// Exit status: that of the program.

#include "../fault/traced.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static long peak_of(pid_t pid) {
    char name[64], line[256];
    long kib = 0;
    snprintf(name, sizeof name, "/proc/%d/status", (int)pid);
    FILE* file = fopen(name, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %ld kB", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return kib;
}

static int is_event(int status, int event) { return status >> 8 == (SIGTRAP | event << 8); }

static int trace(pid_t program, long* most) {
    int result = 1;
    for (;;) {
        int status = 0;
        const pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            return result;
        if (pid == program && WIFEXITED(status))
            result = WEXITSTATUS(status);
        if (pid == program && WIFSIGNALED(status))
            result = 128 + WTERMSIG(status);
        if (!WIFSTOPPED(status))
            continue;
        if (is_event(status, PTRACE_EVENT_EXIT)) {
            const long kib = peak_of(pid);
            *most = kib > *most ? kib : *most;
        }
        const int own = WSTOPSIG(status) == SIGTRAP || WSTOPSIG(status) == SIGSTOP || status >> 16;
        ptrace(PTRACE_CONT, pid, 0, own ? 0 : WSTOPSIG(status));
    }
}

int main(int argc, char** argv) {
    if (argc < 3)
        return 2;
    const long options =
        PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
    const pid_t program = start_traced(argv + 2, options);
    ptrace(PTRACE_CONT, program, 0, 0);
    long most = 0;
    const int result = trace(program, &most);
    FILE* file = fopen(argv[1], "w");
    if (!file)
        return 2;
    fprintf(file, "%ld\n", most);
    return fclose(file) == 0 ? result : 2;
}
