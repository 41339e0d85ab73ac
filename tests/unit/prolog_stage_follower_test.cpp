#include "prolog/stage_follower.hpp"

#include "expect_error.hpp"
#include "stage/standing.hpp"
#include "temp_folder.hpp"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace fairlead::prolog {
namespace prolog_stage_follower_test {

using namespace std::chrono_literals;
using stage::Stand;
using Kind = StageAnswer::Kind;

const stage::JobRun run{JobId{4711}, 1, "17"};
const Patience patient{.shortest = 1ms, .longest = 2ms, .first_word = 60s, .silence = 60s};

struct StageFollower : testing::Test {
    void say(const stage::JobRun& of, Stand stand, const std::string& message = {}) {
        const auto claim = stage::make_claim(folder.path(), of.job, 100);
        ASSERT_TRUE(test::succeeds(stage::write_standing(*claim, of, {stand, "n1", message})));
    }
    test::TempFolder folder;
};

TEST_F(StageFollower, GoesOnOnceTheLeaderSaysSo) {
    say(run, Stand::Staging);
    const std::jthread leader([&] { say(run, Stand::Ready); });
    EXPECT_EQ(await_leader(folder.path(), run, 60s, patient).kind, Kind::Ready);
}

TEST_F(StageFollower, IsRefusedInTheLeadersWords) {
    say(run, Stand::Refused, "FL-S110 s3://lab/a not found");
    const auto answer = await_leader(folder.path(), run, 60s, patient);
    EXPECT_EQ(answer.kind, Kind::Refused);
    EXPECT_EQ(to_string(answer.error), "s3://lab/a not found [FL-S110]");
}

// F4 of the fault table: what another start or another job of the number left says nothing.
TEST_F(StageFollower, NeverBelievesAnotherStart) {
    say({run.job, 0, "17"}, Stand::Ready);
    say({run.job, 1, "16"}, Stand::Ready);
    const auto answer = await_leader(folder.path(), run, 0s, patient);
    EXPECT_EQ(answer.kind, Kind::Refused);
    EXPECT_EQ(answer.error.code, Code::S119);
}

TEST_F(StageFollower, GivesUpALeaderThatFallsSilent) {
    say(run, Stand::Staging);
    Patience none = patient;
    none.silence = 0s;
    EXPECT_EQ(await_leader(folder.path(), run, 60s, none).error.code, Code::S119);
    none.first_word = 0s;
    EXPECT_EQ(await_leader(folder.path(), {run.job, 5, "17"}, 60s, none).error.code, Code::S119);
}

// F12 of the fault table: none goes on before the word is there, and all do soon after it is.
TEST_F(StageFollower, MayBeOneOfAThousand) {
    constexpr int followers = 1000;
    const Patience many{.shortest = 50ms, .longest = 200ms, .first_word = 60s, .silence = 60s};
    say(run, Stand::Staging);
    std::latch begun{followers + 1};
    std::atomic<bool> said = false;
    std::atomic<int> ready = 0, early = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < followers; ++i)
            threads.emplace_back([&] {
                begun.arrive_and_wait();
                const bool fine = await_leader(folder.path(), run, 60s, many).kind == Kind::Ready;
                ready += fine ? 1 : 0;
                early += said ? 0 : 1;
            });
        begun.arrive_and_wait();
        said = true;
        say(run, Stand::Ready);
    }
    EXPECT_EQ(ready, followers);
    EXPECT_EQ(early, 0);
}

TEST_F(StageFollower, DoesNotRunOnAWordThatItCannotRead) {
    folder.write("stage/jobs/4711/1.17.json", "torn");
    EXPECT_EQ(await_leader(folder.path(), run, 60s, patient).kind, Kind::Refused);
}

} // namespace prolog_stage_follower_test
} // namespace fairlead::prolog
