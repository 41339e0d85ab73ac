#include "expect_error.hpp"
#include "prolog/staged_job.hpp"
#include "stage/record.hpp"

namespace fairlead::prolog {
namespace prolog_staged_job_test {

using test::fails_with;
using test::succeeds;

struct Environment {
    explicit Environment(std::vector<std::string> given) : entries(std::move(given)) {
        for (const std::string& entry : entries)
            pointers.push_back(entry.c_str());
        pointers.push_back(nullptr);
    }
    EnvView view() const { return EnvView{pointers.data()}; }
    std::vector<std::string> entries;
    std::vector<const char*> pointers;
};

const std::string asked = "SPANK_STAGE_REQUEST=7\nin /a:/b";
const std::string admitted =
    "SPANK_FAIRLEAD_STAGE=" + stage::encode_record({"42",
                                                    {{.direction = stage::Direction::Out,
                                                      .source = "/r",
                                                      .destination = "s3://lab/r",
                                                      .when = stage::When::Always}}});

TEST(StagedJob, ToldOfASharedPathAndOfEachNodeApart) {
    const StagedJob job{{JobId{1}, 0, "7"},
                        {{.direction = stage::Direction::In, .mode = stage::Mode::Local}},
                        true};
    EXPECT_FALSE(job.has(stage::Direction::In));
    EXPECT_TRUE(job.has(stage::Direction::In, stage::Mode::Local));
}

Result<StagedJob> job_of(const std::vector<std::string>& entries, config::Admission admission) {
    const Environment environment{entries};
    config::Config config;
    config.admission = admission;
    return staged_job(environment.view(), JobId{4711}, config);
}

TEST(StagedJob, IsSeenByNameAlone) {
    EXPECT_FALSE(stages(Environment{{"SLURM_JOB_ID=1"}}.view()));
    EXPECT_TRUE(stages(Environment{{asked}}.view()));
    EXPECT_TRUE(stages(Environment{{admitted}}.view()));
}

// T4: what a user sends does not count where the controller admits.
TEST(StagedJob, IsTheControllersWordWhereItAdmits) {
    const auto job =
        job_of({asked, admitted, "SLURM_JOB_RESTART_COUNT=2"}, config::Admission::Controller);
    ASSERT_TRUE(succeeds(job));
    EXPECT_EQ(job->run, (stage::JobRun{JobId{4711}, 2, "42"}));
    EXPECT_TRUE(job->admitted && job->has(stage::Direction::Out));
    EXPECT_FALSE(job->has(stage::Direction::In));
    EXPECT_TRUE(fails_with(job_of({asked}, config::Admission::Controller), Code::S104));
}

TEST(StagedJob, IsTheUsersWordElsewhere) {
    const auto job = job_of({asked, admitted}, config::Admission::Node);
    ASSERT_TRUE(succeeds(job));
    EXPECT_EQ(job->run, (stage::JobRun{JobId{4711}, 0, "7"}));
    EXPECT_FALSE(job->admitted);
    EXPECT_TRUE(fails_with(
        job_of({"SPANK_STAGE_REQUEST=../../x\nin /a:/b"}, config::Admission::Node), Code::S101));
}

} // namespace prolog_staged_job_test
} // namespace fairlead::prolog
