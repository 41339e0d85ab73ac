#include "base/child.hpp"

#include "base/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

namespace fairlead {
namespace {

using Clock = std::chrono::steady_clock;

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
        posix_spawn_file_actions_addclosefrom_np(&actions, 3);
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

/// Takes what can be read now; waits for it no longer than `wait`.
void take_output(int fd, std::chrono::milliseconds wait, std::size_t limit, std::string& output) {
    pollfd readable{fd, POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(wait.count())) <= 0)
        return;
    char buffer[16 * 1024];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got > 0)
        output.append(buffer, std::min(limit - output.size(), static_cast<std::size_t>(got)));
    else
        ::poll(nullptr, 0, 1); // closed, but the child still runs
}

int exit_status(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The child's end is what counts: a grandchild may keep the pipe open for ever.
enum class End { Exited, TimedOut, Unknown };

End wait_for(pid_t child, int fd, Clock::time_point deadline, std::size_t limit,
             ChildResult& result) {
    constexpr auto look = std::chrono::milliseconds(5);
    for (;;) {
        int status = 0;
        const pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child) {
            result.status = exit_status(status);
            for (std::size_t before = SIZE_MAX; before != result.output.size();) {
                before = result.output.size();
                take_output(fd, std::chrono::milliseconds(0), limit, result.output);
            }
            return End::Exited;
        }
        if (ended < 0 && errno != EINTR)
            return End::Unknown; // somebody ignores SIGCHLD
        if (Clock::now() >= deadline)
            return End::TimedOut;
        take_output(fd, look, limit, result.output);
    }
}

/// Kills a child that is late. One that the kernel holds in an uninterruptible call cannot be
/// waited for; init collects it.
void kill_child(pid_t child) {
    constexpr int tries = 100;
    ::kill(child, SIGKILL);
    for (int i = 0; i < tries && ::waitpid(child, nullptr, WNOHANG) == 0; ++i)
        ::poll(nullptr, 0, 1);
}

} // namespace

std::vector<std::string> plain_environment() {
    std::vector<std::string> env{"PATH=/usr/bin:/bin", "LC_ALL=C"};
    if (const char* conf = std::getenv("SLURM_CONF")) // NOLINT(concurrency-mt-unsafe): never set
        env.push_back(std::string("SLURM_CONF=") + conf);
    return env;
}

Result<ChildResult> run_child(Code code, const std::vector<std::string>& argv,
                              const std::vector<std::string>& env,
                              std::chrono::milliseconds deadline, std::size_t limit) {
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
    switch (wait_for(child, reader.get(), end, limit, result)) {
    case End::Exited:
        return result;
    case End::Unknown:
        return fail(code, "cannot learn how {} ended: {}", argv.at(0), std::strerror(errno));
    case End::TimedOut:
        break;
    }
    kill_child(child);
    return fail(code, "{} did not end within {} ms", argv.at(0), deadline.count());
}

} // namespace fairlead
