#include "base/child.hpp"

#include "base/guarded.hpp"
#include "base/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

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

    /// Without an input it is /dev/null.
    SpawnSetup(std::optional<int> input, int output, Complaints complaints) {
        posix_spawn_file_actions_init(&actions);
        if (input)
            posix_spawn_file_actions_adddup2(&actions, *input, 0);
        else
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, output, 1);
        if (complaints == Complaints::Kept)
            posix_spawn_file_actions_adddup2(&actions, output, 2);
        else
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

Result<ChildResult> ended(Code code, std::string_view what, pid_t child, int fd,
                          Clock::time_point end, std::chrono::milliseconds deadline,
                          std::size_t limit) {
    ChildResult result{};
    switch (wait_for(child, fd, end, limit, result)) {
    case End::Exited:
        return result;
    case End::Unknown:
        return fail(code, "cannot learn how {} ended: {}", what, std::strerror(errno));
    case End::TimedOut:
        break;
    }
    kill_child(child);
    return fail(code, "{} did not end within {} ms", what, deadline.count());
}

struct Command {
    Code code;
    const std::vector<std::string>& argv;
    const std::vector<std::string>& env;
    std::chrono::milliseconds deadline;
    std::size_t limit;
    Complaints complaints;
    std::optional<int> input{};
};

Result<ChildResult> run(const Command& command) {
    const auto end = Clock::now() + command.deadline;
    const std::string& program = command.argv.at(0);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fail(command.code, "cannot run {}: {}", program, std::strerror(errno));
    const UniqueFd reader{ends[0]};
    UniqueFd writer{ends[1]};
    const SpawnSetup setup{command.input, writer.get(), command.complaints};
    pid_t child = -1;
    const int error = ::posix_spawn(&child, program.c_str(), &setup.actions, &setup.attributes,
                                    pointers(command.argv).data(), pointers(command.env).data());
    if (error != 0)
        return fail(command.code, "cannot run {}: {}", program, std::strerror(error));
    writer.reset();
    return ended(command.code, program, child, reader.get(), end, command.deadline, command.limit);
}

/// A file in memory: however slowly it is read, nobody waits to write it.
UniqueFd file_of(std::string_view text) {
    UniqueFd file{::memfd_create("input", MFD_CLOEXEC)};
    while (file && !text.empty()) {
        const ssize_t written = ::write(file.get(), text.data(), text.size());
        if (written <= 0)
            return {};
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (file && ::lseek(file.get(), 0, SEEK_SET) != 0)
        return {};
    return file;
}

constexpr int fault_status = 127;

void ignore_fault(const char*, const char*) noexcept {}

/// In a fork: leaves it its standard streams, on /dev/null, and `output` as descriptor 3.
bool keep_only(int output) {
    constexpr int above_all = 10; // the streams may be closed and their numbers taken
    const int kept = ::fcntl(output, F_DUPFD, above_all);
    const int null = ::open("/dev/null", O_RDWR);
    if (kept < 0 || null < 0)
        return false;
    for (const int stream : {0, 1, 2})
        if (::dup2(null, stream) != stream)
            return false;
    if (::dup2(kept, 3) != 3)
        return false;
    return ::close_range(4, ~0U, 0) == 0;
}

int answer(int output, const std::function<ChildResult()>& work) {
    if (!keep_only(output))
        return fault_status;
    const ChildResult result = work();
    const ssize_t written = ::write(3, result.output.data(), result.output.size());
    return written < 0 ? fault_status : result.status;
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
                              std::chrono::milliseconds deadline, std::size_t limit,
                              Complaints complaints) {
    return run({code, argv, env, deadline, limit, complaints});
}

Result<ChildResult> feed_child(Code code, const std::vector<std::string>& argv,
                               const std::vector<std::string>& env,
                               std::chrono::milliseconds deadline, std::string_view input,
                               std::size_t limit) {
    const UniqueFd file = file_of(input);
    if (!file)
        return fail(code, "cannot run {}: no memory for its input: {}", argv.at(0),
                    std::strerror(errno));
    return run({code, argv, env, deadline, limit, Complaints::Kept, file.get()});
}

Result<ChildResult> ask_forked(Code code, std::string_view what, std::chrono::milliseconds deadline,
                               const std::function<ChildResult()>& work) {
    const auto end = Clock::now() + deadline;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fail(code, "cannot ask {}: {}", what, std::strerror(errno));
    const UniqueFd reader{ends[0]};
    UniqueFd writer{ends[1]};
    const pid_t child = ::fork();
    if (child < 0)
        return fail(code, "cannot ask {}: {}", what, std::strerror(errno));
    if (child == 0)
        ::_exit(guarded("a fork", fault_status, ignore_fault,
                        [&] { return answer(writer.get(), work); }));
    writer.reset();
    return ended(code, what, child, reader.get(), end, deadline, usual_output);
}

Result<void> run_forked(Code code, std::string_view what, std::chrono::milliseconds deadline,
                        const std::function<Result<void>()>& work) {
    const auto answer = ask_forked(code, what, deadline, [&]() -> ChildResult {
        const auto done = work();
        return done ? ChildResult{0, {}} : ChildResult{1, done.error().message};
    });
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status == 0)
        return {};
    return fail(code, "{}: {}", what, answer->output.empty() ? "it failed" : answer->output);
}

} // namespace fairlead
