// Runs a program and kills it, with all that it started, just before the Nth of the system calls
// that change a file or make one; kill_at.bash has strace name the same ones.
//
// usage: kill_at [-p] N CMD...
//   -p  the program alone: what it starts is neither counted nor killed
//   N   from 1 on; 0 kills nothing and prints on standard error how many there were
//
// Exit status: that of the program, or 137 when it was killed.

#include "traced.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t traced[256];
static int tracees;

static void remember(pid_t pid) {
    for (int i = 0; i < tracees; ++i)
        if (traced[i] == pid)
            return;
    if (tracees < 256)
        traced[tracees++] = pid;
}

// Its number may become another process's.
static void forget(pid_t pid) {
    for (int i = 0; i < tracees; ++i)
        if (traced[i] == pid)
            traced[i] = traced[--tracees];
}

static int makes(unsigned long long flags) { return (flags & O_CREAT) != 0; }

static int changes_a_file(pid_t pid, const struct __ptrace_syscall_info* info) {
    switch (info->entry.nr) {
    case SYS_write:
    case SYS_pwrite64:
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_ftruncate:
    case SYS_copy_file_range:
#ifdef SYS_rename
    case SYS_rename:
#endif
#ifdef SYS_renameat
    case SYS_renameat:
#endif
    case SYS_renameat2:
#ifdef SYS_mkdir
    case SYS_mkdir:
#endif
    case SYS_mkdirat:
#ifdef SYS_unlink
    case SYS_unlink:
#endif
    case SYS_unlinkat:
        return 1;
#ifdef SYS_open
    case SYS_open:
        return makes(info->entry.args[1]);
#endif
    case SYS_openat:
        return makes(info->entry.args[2]);
    case SYS_openat2: // the first word of what the third argument points to
        return makes((unsigned long long)ptrace(PTRACE_PEEKDATA, pid, info->entry.args[2], 0));
    default:
        return 0;
    }
}

// The program's threads end with it; what it started is not of its thread group.
static void kill_all(void) {
    for (int i = 0; i < tracees; ++i)
        kill(traced[i], SIGKILL);
}

static int trace(pid_t program, long wanted) {
    long count = 0;
    int result = 1, over = 0;
    for (;;) {
        int status = 0;
        const pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            break;
        if (pid == program && WIFEXITED(status))
            result = WEXITSTATUS(status);
        if (pid == program && WIFSIGNALED(status))
            result = 128 + WTERMSIG(status);
        if (!WIFSTOPPED(status)) {
            forget(pid);
            continue;
        }
        remember(pid);
        if (over) // begun while the others were killed
            kill(pid, SIGKILL);
        int pass = WSTOPSIG(status);
        if (pass == (SIGTRAP | 0x80)) {
            struct __ptrace_syscall_info info;
            pass = 0;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) > 0 &&
                info.op == PTRACE_SYSCALL_INFO_ENTRY && changes_a_file(pid, &info) &&
                ++count == wanted) {
                over = 1;
                kill_all();
            }
        } else if (pass == SIGTRAP || pass == SIGSTOP || status >> 16) {
            pass = 0;
        }
        ptrace(PTRACE_SYSCALL, pid, 0, pass);
    }
    if (wanted == 0)
        fprintf(stderr, "%ld\n", count);
    return result;
}

int main(int argc, char** argv) {
    const int alone = argc > 1 && strcmp(argv[1], "-p") == 0;
    argc -= alone;
    argv += alone;
    if (argc < 3)
        return 2;
    // A thread comes by clone() without the signal of a child.
    const long started = alone ? 0 : PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | started;
    const pid_t program = start_traced(argv + 2, options);
    ptrace(PTRACE_SYSCALL, program, 0, 0);
    return trace(program, atol(argv[1]));
}
