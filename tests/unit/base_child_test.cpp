#include "base/child.hpp"

#include "base/unique_fd.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace fairlead {
namespace base_child_test {

using namespace std::chrono_literals;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

constexpr auto plenty = 10s;

Result<ChildResult> shell(const std::string& script, std::chrono::milliseconds deadline = plenty) {
    return run_child(Code::E205, {"/bin/sh", "-c", script}, {"PATH=/usr/bin:/bin"}, deadline);
}

TEST(RunChild, CapturesTheOutputAndTheExitStatus) {
    const auto result = shell("echo one; echo two; exit 3");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->output, "one\ntwo\n");
    EXPECT_EQ(result->status, 3);
}

TEST(RunChild, ASignalIsAStatusAbove128) {
    const auto result = shell("kill -TERM $$");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 128 + SIGTERM);
}

TEST(RunChild, ArgumentsAreHandedOverWithoutAShell) {
    const auto result = run_child(Code::E205, {"/bin/echo", "$(id)", "a b", ";", "*"}, {}, plenty);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->output, "$(id) a b ; *\n");
}

TEST(RunChild, TheEnvironmentIsTheOneGivenAndNothingElse) {
    const auto result = run_child(Code::E205, {"/usr/bin/env"}, {"A=1", "B=2"}, plenty);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->output, "A=1\nB=2\n");
}

TEST(RunChild, InputIsEmptyAndErrorsAreNotOutput) {
    const auto result = shell("cat; echo lost >&2; echo kept");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->output, "kept\n");
}

TEST(RunChild, ErrorsAreAmongTheOutputWhereTheyAreAskedFor) {
    const auto result = run_child(Code::E205, {"/bin/sh", "-c", "echo out; echo wrong >&2"},
                                  {"PATH=/usr/bin:/bin"}, plenty, usual_output, Complaints::Kept);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->output, "out\nwrong\n");
}

TEST(RunChild, IsFedFromItsBeginningAndNeedNotReadAll) {
    const std::string input = std::string(3'000'000, 'x') + "end";
    const auto counted = feed_child(Code::E205, {"/usr/bin/wc", "-c"}, {}, plenty, input);
    ASSERT_TRUE(counted);
    EXPECT_EQ(counted->output, "3000003\n");
    const auto heedless = feed_child(Code::E205, {"/bin/sh", "-c", "echo no >&2; exit 4"},
                                     {"PATH=/usr/bin:/bin"}, plenty, input);
    ASSERT_TRUE(heedless);
    EXPECT_EQ(heedless->status, 4);
    EXPECT_EQ(heedless->output, "no\n") << "its complaints are heard";
}

TEST(RunChild, AChildThatOutlivesTheDeadlineIsKilled) {
    const auto begin = std::chrono::steady_clock::now();
    const auto result = run_child(Code::E205, {"/bin/sleep", "600"}, {}, 200ms);
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_TRUE(fails_with(result, Code::E205, "/bin/sleep did not end within 200 ms"));
    EXPECT_GE(took, 150ms);
    EXPECT_LT(took, 5s);
}

TEST(RunChild, TheDeadlineHoldsForAChildThatClosedItsOutput) {
    EXPECT_TRUE(fails_with(shell("exec >&-; exec sleep 600", 200ms), Code::E205, "did not end"));
}

TEST(RunChild, TheDeadlineHoldsForAChildThatNeverStopsWriting) {
    EXPECT_TRUE(fails_with(shell("exec yes", 200ms), Code::E205, "did not end"));
}

TEST(RunChild, AChildThatIgnoresSignalsIsKilledToo) {
    EXPECT_TRUE(fails_with(shell("trap '' TERM INT HUP; while :; do :; done", 200ms), Code::E205));
}

TEST(RunChild, AKilledChildIsGone) {
    const TempFolder folder;
    const auto pid_file = folder / "pid";
    EXPECT_FALSE(shell("echo $$ > " + pid_file.native() + "; exec sleep 600", 500ms));
    const int pid = std::atoi(test::content_of(pid_file).c_str());
    ASSERT_GT(pid, 1);
    EXPECT_EQ(::kill(pid, 0), -1);
    EXPECT_EQ(errno, ESRCH);
}

TEST(RunChild, OutputIsCutAt64KiBAndTheRestIsRead) {
    const auto result = shell("head -c 1000000 /dev/zero; exit 7");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->output.size(), 64u * 1024u);
    EXPECT_EQ(result->status, 7);
}

TEST(RunChild, AMissingProgramIsAnErrorOfTheGivenCode) {
    EXPECT_TRUE(fails_with(run_child(Code::E205, {"/none/scontrol"}, {}, plenty), Code::E205,
                           "cannot run /none/scontrol"));
    EXPECT_TRUE(fails_with(run_child(Code::X201, {"/etc/passwd"}, {}, plenty), Code::X201,
                           "cannot run /etc/passwd"));
}

TEST(RunChild, SignalsThatTheParentIgnoresOrBlocksWorkInTheChild) {
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &blocked, &before);
    const auto ignored = std::signal(SIGINT, SIG_IGN);
    const auto terminated = shell("kill -TERM $$; exit 9");
    const auto interrupted = shell("kill -INT $$; exit 9");
    std::signal(SIGINT, ignored);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ASSERT_TRUE(terminated);
    EXPECT_EQ(terminated->status, 128 + SIGTERM);
    ASSERT_TRUE(interrupted);
    EXPECT_EQ(interrupted->status, 128 + SIGINT);
}

TEST(RunChild, TheChildGetsItsThreeStandardDescriptorsAndNothingElse) {
    const UniqueFd inheritable{::open("/dev/null", O_RDONLY)};
    ASSERT_TRUE(inheritable);
    const auto result = shell("ls /proc/self/fd | wc -l");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->output, "4\n"); // 0, 1, 2 and the folder that ls reads
}

// A parent that ignores SIGCHLD has no status to give; 0 would turn a failure into a success.
TEST(RunChild, AnUnknownStatusIsNoSuccess) {
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    const auto result = shell("exit 3");
    std::signal(SIGCHLD, before);
    EXPECT_TRUE(!result || result->status == 3);
}

// The grandchild keeps the pipe open, so the end of the child is not seen.
TEST(RunChild, AChildThatEndsIsNotHeldUpByWhatItLeftBehind) {
    const auto result = shell("sleep 1 & echo done", 500ms);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->output, "done\n");
}

Result<void> forked(const std::function<Result<void>()>& work,
                    std::chrono::milliseconds deadline = plenty) {
    return run_forked(Code::E231, "the work", deadline, work);
}

TEST(RunForked, DoesTheWorkInAProcessOfItsOwn) {
    const TempFolder folder;
    int seen = 1;
    EXPECT_TRUE(test::succeeds(forked([&]() -> Result<void> {
        folder.write("pid", std::to_string(::getpid()));
        seen = 2;
        return {};
    })));
    EXPECT_EQ(seen, 1);
    EXPECT_NE(test::content_of(folder / "pid"), std::to_string(::getpid()));
}

TEST(RunForked, HandsTheErrorOfTheWorkOn) {
    EXPECT_TRUE(fails_with(forked([]() -> Result<void> { return fail(Code::X201, "no space"); }),
                           Code::E231, "the work: no space"));
}

TEST(RunForked, WorkThatThrowsOrDiesIsAnError) {
    EXPECT_TRUE(fails_with(forked([]() -> Result<void> { throw 1; }), Code::E231, "the work"));
    EXPECT_TRUE(fails_with(forked([]() -> Result<void> {
                               std::raise(SIGKILL);
                               return {};
                           }),
                           Code::E231, "the work"));
}

TEST(RunForked, WorkThatHangsIsKilledAtTheDeadline) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(forked(
                               [&]() -> Result<void> {
                                   folder.write("pid", std::to_string(::getpid()));
                                   for (;;)
                                       ::pause();
                               },
                               500ms),
                           Code::E231, "the work did not end within 500 ms"));
    const std::string pid = test::content_of(folder / "pid");
    EXPECT_EQ(::kill(std::stoi(pid), 0), -1);
    EXPECT_EQ(errno, ESRCH);
}

// Whoever waits for the end of our output must not wait for a child that hangs.
TEST(RunForked, TheWorkHasNoFileOfOurs) {
    const UniqueFd inheritable{::open("/proc/self/status", O_RDONLY)};
    EXPECT_TRUE(test::succeeds(forked([&]() -> Result<void> {
        char target[64] = "";
        for (const char* stream : {"/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"})
            if (::readlink(stream, target, sizeof target) < 0 ||
                std::string_view(target) != "/dev/null")
                return fail(Code::X201, "{} is {}", stream, target);
        if (test::entries_in("/proc/self/fd") != 5) // and 3, and the folder that is read
            return fail(Code::X201, "other files are open");
        return {};
    })));
}

TEST(AskForked, HandsOnWhatTheWorkReturns) {
    const auto answer =
        ask_forked(Code::E205, "it", plenty, [] { return ChildResult{7, "because"}; });
    ASSERT_TRUE(succeeds(answer));
    EXPECT_EQ(answer->status, 7);
    EXPECT_EQ(answer->output, "because");
}

TEST(AskForked, WorkThatHangsIsGivenUp) {
    EXPECT_TRUE(fails_with(ask_forked(Code::E205, "the storage", 200ms,
                                      []() -> ChildResult {
                                          for (;;)
                                              ::pause();
                                      }),
                           Code::E205, "the storage did not end within 200 ms"));
}

TEST(AskForked, WorkThatThrowsIsAnAnswerOfItsOwn) {
    const auto answer = ask_forked(Code::E205, "it", plenty,
                                   []() -> ChildResult { throw std::runtime_error("x"); });
    ASSERT_TRUE(succeeds(answer));
    EXPECT_EQ(answer->status, 127);
}

// Whoever reads the standard output of this program must not wait for a fork that was given up.
TEST(AskForked, TheWorkHasNoFileOfOurs) {
    const auto answer = ask_forked(Code::E205, "it", plenty, [] {
        std::string open;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code gone;
            const auto target = std::filesystem::read_symlink(entry.path(), gone).native();
            if (target != "/dev/null" && !target.starts_with("/proc/"))
                open += entry.path().filename().native() + " ";
        }
        return ChildResult{0, open};
    });
    ASSERT_TRUE(succeeds(answer));
    EXPECT_EQ(answer->output, "3 ");
}

} // namespace base_child_test
} // namespace fairlead
