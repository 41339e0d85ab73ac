#include "stage/launch.hpp"

#include "base/child.hpp"
#include "base/deadline.hpp"
#include "base/files.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fairlead::stage {
namespace fs = std::filesystem;
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto look = 20ms, watch_interval = 2000ms, time_to_end = 5000ms;

JobFile job_file(const Launch& launch) {
    JobFile file{.cluster = launch.cluster,
                 .job = launch.run.job.value,
                 .epoch = launch.claim.epoch,
                 .phase = launch.phase == Direction::In ? Phase::In : Phase::Out,
                 .uid = launch.owner.uid,
                 .gid = launch.owner.gid,
                 .groups = launch.owner.groups,
                 .deadline = launch.deadline.count(),
                 .s3_endpoint = launch.s3_endpoint,
                 .region = launch.region,
                 .kms_key = launch.kms_key,
                 .restart = launch.run.restart};
    for (const Transfer& transfer : launch.transfers)
        file.transfers.push_back({transfer.source, transfer.destination,
                                  transfer.verify == Verify::Size ? Check::Size : Check::Checksum,
                                  transfer.region});
    return file;
}

constexpr const char* staged_file = "staged.json";

/// Whether the same was staged before, for the same user and the same start: one that was requeued
/// looks at its source again.
bool was_staged(const JobFile& request, const fs::path& work) {
    const fs::path file = work / staged_file;
    const auto text = read_file(file);
    const auto before =
        text ? decode_job_file(*text, file.native()) : std::unexpected(text.error());
    return request.phase == Phase::In && before && before->job == request.job &&
           before->restart == request.restart && before->uid == request.uid &&
           before->transfers == request.transfers;
}

/// A result of an earlier start must not be taken for this one's.
Result<void> prepare(const Launch& launch, const fs::path& work) {
    if (auto made = make_folders(work, 0700); !made)
        return made;
    for (const char* name : {result_file, progress_file})
        if (auto removed = remove_file(work / name); !removed)
            return removed;
    JobFile request = job_file(launch);
    request.staged = was_staged(request, work);
    return write_atomic(work / request_file, encode(request), 0600);
}

/// In the child, between fork and exec: no memory is taken. It ends with its parent.
[[noreturn]] void become(char* const* argv, char* const* env, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int null = ::open("/dev/null", O_RDWR);
    if (null < 0 || ::getppid() != parent)
        ::_exit(127);
    for (const int stream : {0, 1, 2})
        ::dup2(null, stream);
    ::close_range(3, ~0U, 0);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execve(argv[0], argv, env);
    ::_exit(127);
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> list;
    for (const std::string& word : words)
        list.push_back(const_cast<char*>(word.c_str()));
    list.push_back(nullptr);
    return list;
}

Result<pid_t> start(const Launch& launch, const fs::path& work) {
    if (auto trusted = check_trusted(launch.program); !trusted)
        return std::unexpected(trusted.error());
    const std::vector<std::string> words{launch.program, "--work", work, "--config", launch.config};
    const auto environment = plain_environment();
    const auto argv = pointers(words), env = pointers(environment);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0)
        return fail(Code::S123, "cannot start {}: {}", launch.program.native(),
                    std::strerror(errno));
    if (child == 0)
        become(argv.data(), env.data(), parent);
    return child;
}

/// Whether it ended within that time.
bool ended_within(pid_t child, milliseconds time) {
    const Deadline deadline{time};
    for (;;) {
        if (::waitpid(child, nullptr, WNOHANG) != 0)
            return true;
        if (deadline.left() == 0ms)
            return false;
        ::poll(nullptr, 0, static_cast<int>(std::min(milliseconds(look), time).count()));
    }
}

/// Its files are whole at every instant, so that it may be killed.
void end(pid_t child) {
    ::kill(child, SIGTERM);
    if (ended_within(child, time_to_end))
        return;
    ::kill(child, SIGKILL);
    ended_within(child, time_to_end);
}

Progress progress_in(const fs::path& work) {
    const fs::path file = work / progress_file;
    const auto text = read_file(file);
    return (text ? decode_progress(*text, file.native()) : std::unexpected(text.error()))
        .value_or(Progress{});
}

enum class End { Itself, Unwanted, Late };

End attend(pid_t child, const Launch& launch, const fs::path& work, const Watch& watch) {
    constexpr auto beyond = 10s; // it has a deadline of its own
    const Deadline deadline{launch.deadline + beyond};
    while (!ended_within(child, watch_interval)) {
        const bool wanted = watch(progress_in(work)) && still_ours(launch.claim);
        if (wanted && deadline.left() > 0ms)
            continue;
        end(child);
        return wanted ? End::Late : End::Unwanted;
    }
    watch(progress_in(work));
    return End::Itself;
}

Result<StageResult> result_in(const fs::path& work) {
    const fs::path file = work / result_file;
    const auto text = read_file(file);
    if (!text)
        return fail(Code::S123, "staging left no result: {}", text.error().message);
    auto result = decode_stage_result(*text, file.native());
    if (!result)
        return fail(Code::S123, "staging: {}", result.error().message);
    return result;
}

} // namespace

Result<StageResult> launch(const Launch& launch, const Watch& watch) {
    const fs::path work = work_place(launch.claim.state_dir, launch.phase, launch.run);
    if (auto prepared = prepare(launch, work); !prepared)
        return fail(Code::S123, "staging: {}", prepared.error().message);
    const auto child = start(launch, work);
    if (!child)
        return std::unexpected(child.error());
    const End how = attend(*child, launch, work, watch);
    if (auto ours = still_ours(launch.claim); !ours)
        return std::unexpected(ours.error());
    if (how == End::Itself)
        return result_in(work);
    const bool late = how == End::Late;
    return StageResult{.outcome = Outcome::ServiceFault,
                       .code = std::string(id_of(Code::S119)),
                       .message = late ? "staging did not end within its deadline"
                                       : "the job was cancelled or requeued while it was staged"};
}

Result<void> keep_staged(const Launch& launch) {
    const fs::path work = work_place(launch.claim.state_dir, launch.phase, launch.run);
    auto kept = still_ours(launch.claim);
    if (kept)
        kept = write_atomic(work / staged_file, encode(job_file(launch)), 0600);
    if (!kept)
        return fail(kept.error().code == Code::S122 ? Code::S122 : Code::S123, "staging: {}",
                    kept.error().message);
    return {};
}

Error error_of(const StageResult& result) {
    return {find_code(result.code).value_or(Code::S123), result.message};
}

} // namespace fairlead::stage
