#include "base/child.hpp"

#include "base/unique_fd.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

namespace fairlead {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t output_limit = 64 * 1024;

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> list;
    for (const std::string& word : words)
        list.push_back(const_cast<char*>(word.c_str()));
    list.push_back(nullptr);
    return list;
}

/// Blocks nothing and ignores nothing, whatever the daemon that started us does.
struct SpawnSetup {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    explicit SpawnSetup(int output) {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, output, 1);
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        posix_spawnattr_init(&attributes);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes, &signals);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;
    ~SpawnSetup() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
};

/// Reads until the child closes its output; false when the deadline came first.
bool drain_until(int fd, Clock::time_point deadline, std::string& output) {
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0)
            return false;
        pollfd wait{fd, POLLIN, 0};
        const int ready = ::poll(&wait, 1, static_cast<int>(left.count()));
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        char buffer[4096];
        const ssize_t got = ready < 0 ? -1 : ::read(fd, buffer, sizeof buffer);
        if (got <= 0)
            return true;
        const std::size_t room = output_limit - output.size();
        output.append(buffer, std::min(room, static_cast<std::size_t>(got)));
    }
}

int exit_status(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Waits for the end of a child that has closed its output, or kills it at the deadline.
bool reap_until(pid_t child, Clock::time_point deadline, int& status) {
    while (::waitpid(child, &status, WNOHANG) == 0) {
        if (Clock::now() >= deadline)
            return false;
        ::poll(nullptr, 0, 1);
    }
    return true;
}

} // namespace

Result<ChildResult> run_child(Code code, const std::vector<std::string>& argv,
                              const std::vector<std::string>& env,
                              std::chrono::milliseconds deadline) {
    const auto end = Clock::now() + deadline;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fail(code, "cannot run {}: {}", argv.at(0), std::strerror(errno));
    const UniqueFd reader{ends[0]};
    UniqueFd writer{ends[1]};
    const SpawnSetup setup{writer.get()};
    pid_t child = -1;
    const int error = ::posix_spawn(&child, argv.at(0).c_str(), &setup.actions, &setup.attributes,
                                    pointers(argv).data(), pointers(env).data());
    if (error != 0)
        return fail(code, "cannot run {}: {}", argv.at(0), std::strerror(error));
    writer.reset();
    ChildResult result{};
    int status = 0;
    if (drain_until(reader.get(), end, result.output) && reap_until(child, end, status)) {
        result.status = exit_status(status);
        return result;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return fail(code, "{} did not end within {} ms", argv.at(0), deadline.count());
}

} // namespace fairlead
