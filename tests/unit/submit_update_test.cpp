#include "submit/update.hpp"

#include "expect_error.hpp"
#include "submissions.hpp"

#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_update_test {

std::string read(std::string_view line, std::uint32_t release = 0x1605) {
    const auto update = read_update(words_of(line), 0, release);
    return update ? test::said(*update) : to_string(update.error());
}

TEST(SubmitUpdate, FieldsOfScontrol) {
    EXPECT_EQ(read("scontrol update JobId=12 TimeLimit=2:00:00 partition=gpu"),
              "partition=gpu time_limit=02:00:00 modify=true");
    EXPECT_EQ(read("scontrol update job 12 NumNodes=2-4 NumTasks=8 Features=a"),
              "features=a least_nodes=2 most_nodes=4 tasks=8 modify=true");
    EXPECT_EQ(read("scontrol update 12 NumNodes=4"), "least_nodes=4 modify=true")
        << "the upper end stays";
    EXPECT_EQ(read("scontrol update 12 MinMemoryNode=4G Requeue=0 Contiguous=yes"),
              "memory=4G requeue=false contiguous=true modify=true");
    EXPECT_EQ(read("scontrol update 12 OverSubscribe=no StartTime=uts60 AdminComment=x"),
              "admin_comment=x begin_time=1970-01-01T00:01:00Z exclusive=true modify=true");
}

TEST(SubmitUpdate, ASingleNumberOfNodesIsBothEndsFrom2411On) {
    const std::string_view both = "least_nodes=4 most_nodes=4 modify=true";
    EXPECT_EQ(read("scontrol update 12 NumNodes=4", 0x180b), both);
    EXPECT_EQ(read("scontrol update 12 ReqNodes=4", 0x1a05), both);
    EXPECT_EQ(read("scontrol update 12 NumNodes=4-4"), both);
}

TEST(SubmitUpdate, TasksAreRaisedToTheLeastNodes) {
    EXPECT_EQ(read("scontrol update 12 NumNodes=16-32 NumTasks=4 CPUsPerTask=2"),
              "least_nodes=16 most_nodes=32 tasks=4 cpus=32 cpus_per_task=2 modify=true");
}

TEST(SubmitUpdate, WhatEndsAHold) {
    const auto releases = [](std::string_view line) {
        const auto update = read_update(words_of(line), 0, 0x1605);
        return test::succeeds(update) && update->release;
    };
    EXPECT_TRUE(releases("scontrol release 12"));
    EXPECT_TRUE(releases("scontrol Release jobname=x"));
    EXPECT_TRUE(releases("scontrol update 12 Nice=0"));
    EXPECT_TRUE(releases("scontrol update 12 Priority=7"));
    EXPECT_TRUE(releases("sbatch --nice=3"));
    EXPECT_FALSE(releases("scontrol update 12 Priority=0"));
    EXPECT_FALSE(releases("scontrol hold 12"));
    EXPECT_EQ(read("scontrol release 12"), "modify=true");
    EXPECT_EQ(read("scontrol uhold 12"), "priority=0 modify=true");
}

TEST(SubmitUpdate, WhatSizesAreOf) {
    const auto update = read_update(
        words_of(
            "scontrol update 1 NumCPUs=4-8 NumTasks=2 CPUsPerTask=2 MinCPUsNode=3 CpusPerTres= "
            "MemPerTres= TresPerJob=gpu:2 TresPerNode= TresPerSocket= TresPerTask= "
            "NumNodes=1-2 WorkDir=/a//b/ TasksPerNode=5 ReqThreads=1"),
        0, 0x1605);
    ASSERT_TRUE(test::succeeds(update));
    EXPECT_EQ(test::said(*update),
              "work_dir=/a/b least_nodes=1 most_nodes=2 tasks=2 tasks_per_node=5 cpus=6 "
              "cpus_per_task=2 threads_per_core=1 modify=true gres/gpu=2");
    EXPECT_TRUE(update->names_cpus && update->names_cpus_for_a_gpu && update->names_tres &&
                update->names_memory_for_a_gpu);
    EXPECT_EQ(read("scontrol update 1 TresPerSocket=gpu:2 NumNodes=3-3 ReqSockets=2"),
              "least_nodes=3 most_nodes=3 modify=true gres/gpu=12");
    EXPECT_EQ(read("scontrol update 1 NumCPUs=x"),
              "numcpus= is 'x'; expected a whole number from 1 [FL-A221]");
}

TEST(SubmitUpdate, EveryFieldOfScontrolIsRead) {
    // The words of scontrol 22.05, 24.11 and 26.05 behind "update job".
    for (const char* name : {"Account",
                             "AdminComment",
                             "ArrayTaskThrottle",
                             "BurstBuffer",
                             "Clusters",
                             "ClusterFeatures",
                             "Comment",
                             "Contiguous",
                             "CoreSpec",
                             "CPUsPerTask",
                             "CpusPerTres",
                             "Deadline",
                             "DelayBoot",
                             "Dependency",
                             "EligibleTime",
                             "EndTime",
                             "ExcNodeList",
                             "Extra",
                             "Features",
                             "Gres",
                             "JobName",
                             "Licenses",
                             "MailType",
                             "MailUser",
                             "MCSLabel",
                             "MemPerTres",
                             "MinCPUsNode",
                             "MinMemoryCPU",
                             "MinMemoryNode",
                             "MinTmpDiskNode",
                             "Name",
                             "Nice",
                             "NodeList",
                             "NumCPUs",
                             "NumNodes",
                             "NumTasks",
                             "OverSubscribe",
                             "Partition",
                             "Prefer",
                             "Priority",
                             "QOS",
                             "Reboot",
                             "ReqCores",
                             "ReqNodeList",
                             "ReqNodes",
                             "ReqProcs",
                             "ReqSockets",
                             "ReqThreads",
                             "Requeue",
                             "ReservationName",
                             "ResetAccrueTime",
                             "Shared",
                             "SiteFactor",
                             "StartTime",
                             "StdErr",
                             "StdIn",
                             "StdOut",
                             "Switches",
                             "TasksPerNode",
                             "ThreadSpec",
                             "TimeLimit",
                             "TimeMin",
                             "TresBind",
                             "TresFreq",
                             "TresPerJob",
                             "TresPerNode",
                             "TresPerSocket",
                             "TresPerTask",
                             "UserID",
                             "WCKey",
                             "WorkDir"})
        EXPECT_FALSE(read(fmt::format("scontrol update 1 {}=1", name)).contains("is no field"))
            << name;
}

TEST(SubmitUpdate, AnEmptyTextIsTakenAway) {
    const auto update = read_update(words_of("scontrol update 1 Account= Licenses="), 0, 0x1605);
    ASSERT_TRUE(test::succeeds(update));
    EXPECT_EQ(update->account, "");
    EXPECT_EQ(update->licenses, "");
    EXPECT_FALSE(update->qos);
}

TEST(SubmitUpdate, OptionsOfSbatchWithoutWhatItSaysOfItself) {
    EXPECT_EQ(read("sbatch -t 5 -n2"), "tasks=2 time_limit=00:05:00 modify=true");
}

TEST(SubmitUpdate, WhatCannotBeRead) {
    EXPECT_EQ(read("scontrol update 1 TimeLimt=5"),
              "timelimt= is no field of an update that rules read, did you mean timelimit=? "
              "[FL-A221]");
    EXPECT_EQ(read("scontrol update 1 TimeLimit=5m"),
              "timelimit= is '5m'; expected minutes, 1:30:00, 2-12 or unlimited [FL-A221]");
    EXPECT_EQ(read("scontrol update 1 TimeLimit"),
              "timelimit needs a value: timelimit=VALUE [FL-A221]");
    EXPECT_EQ(read("qalter x"),
              "'qalter' is no command that updates; expected scontrol or sbatch [FL-A221]");
}

} // namespace submit_update_test
} // namespace fairlead::submit
