#include "submit/longest.hpp"

#include "expect_error.hpp"
#include "submissions.hpp"
#include "submit/update.hpp"

#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_longest_test {

/// "features 1025 1024"
std::string said(const std::optional<policy::TooLong>& found) {
    return found ? fmt::format("{} {} {}", found->name, found->length, found->most) : "";
}

TEST(SubmitLongest, TextsAreAsLongAsSlurmctldTakesThem) {
    policy::JobRequest job;
    EXPECT_EQ(said(too_long(job)), "");
    job.features = std::string(1024, 'a');
    job.work_dir = std::string(4096, 'a');
    job.node_list = std::string(65536, 'a');
    EXPECT_EQ(said(too_long(job)), "");
    job.node_list = std::string(65537, 'a');
    EXPECT_EQ(said(too_long(job)), "node_list 65537 65536");
    job.work_dir = std::string(4097, 'a');
    EXPECT_EQ(said(too_long(job)), "work_dir 4097 4096");
    job.features = std::string(1025, 'a');
    EXPECT_EQ(said(too_long(job)), "features 1025 1024");
}

TEST(SubmitLongest, SoAreListsOfResources) {
    EXPECT_EQ(said(too_long(TresLists{.node = std::string(1024, 'a')})), "");
    EXPECT_EQ(said(too_long(TresLists{.task = std::string(1025, 'a')})), "tres_per_task 1025 1024");
}

TEST(SubmitLongest, WhatIsTypedIsMeasuredToo) {
    const std::string many(1025, 'a');
    auto submission = read_submission(test::call_of("sbatch -C " + many + " --wrap true"));
    ASSERT_TRUE(test::succeeds(submission));
    EXPECT_EQ(said(submission->jobs.at(0).too_long), "features 1025 1024");
    submission = read_submission(test::call_of("sbatch --gres " + many + " --wrap true"));
    ASSERT_TRUE(test::succeeds(submission));
    EXPECT_EQ(said(submission->jobs.at(0).too_long), "tres_per_node 1025 1024");
    EXPECT_TRUE(submission->jobs.at(0).tres.empty());
    const auto update = read_update(words_of("scontrol update 1 QOS=" + many), 0, 0x1605);
    ASSERT_TRUE(test::succeeds(update));
    EXPECT_EQ(said(update->too_long), "qos 1025 1024");
}

} // namespace submit_longest_test
} // namespace fairlead::submit
