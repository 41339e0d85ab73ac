// A program that is traced from its first instruction on.
#pragma once

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

// Stopped before it begins; it ends with its tracer.
static pid_t start_traced(char** argv, long options) {
    const pid_t program = fork();
    if (program == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execv(argv[0], argv);
        _exit(127);
    }
    waitpid(program, 0, 0);
    ptrace(PTRACE_SETOPTIONS, program, 0, options | PTRACE_O_EXITKILL);
    return program;
}
