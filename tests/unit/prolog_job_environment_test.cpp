#include "prolog/job_environment.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <vector>

namespace fairlead::prolog {
namespace prolog_job_environment_test {

using config::Admission;
using config::EfaNeed;
using config::Mode;

const std::string option = "SPANK__SLURM_SPANK_OPTION_fairlead_efa=";

JobEnvironment read(const std::vector<std::string>& entries) {
    std::vector<const char*> pointers;
    for (const std::string& entry : entries)
        pointers.push_back(entry.c_str());
    pointers.push_back(nullptr);
    return read_environment(EnvView{pointers.data()});
}

TEST(JobEnvironment, IsWhatSlurmdSays) {
    const auto job = read({"SLURM_JOB_ID=4711", "SLURMD_NODENAME=n1", "SLURM_JOB_PARTITION=hpc"});
    EXPECT_EQ(job.job, JobId{4711});
    EXPECT_EQ(job.node, "n1");
    EXPECT_EQ(job.partition, "hpc");
    EXPECT_EQ(job.request, config::FabricRequest{});
    EXPECT_EQ(job.admitted, std::nullopt);
}

// Seen on 22.05: an active job keeps the list that it was submitted with, its own partition in
// front.
TEST(JobEnvironment, OfSeveralPartitionsTheFirstIsTheOneThatItRunsIn) {
    EXPECT_EQ(read({"SLURM_JOB_PARTITION=hpc,other"}).partition, "hpc");
    EXPECT_EQ(read({"SLURM_JOB_PARTITION="}).partition, "");
}

TEST(JobEnvironment, KnowsHowOftenTheJobWasRequeued) {
    EXPECT_EQ(read({}).restart, 0);
    EXPECT_EQ(read({"SLURM_RESTART_COUNT=1"}).restart, 1);
    EXPECT_EQ(read({"SLURM_JOB_RESTART_COUNT=2", "SLURM_RESTART_COUNT=1"}).restart, 2);
    EXPECT_EQ(read({"SLURM_RESTART_COUNT=-5"}).restart, 0);
}

TEST(JobEnvironment, WithoutAJobIdThereIsNoJob) {
    EXPECT_FALSE(read({}).job);
    EXPECT_FALSE(read({"SLURM_JOB_ID=../../etc"}).job);
    EXPECT_FALSE(read({"SLURM_JOB_ID=0"}).job);
}

TEST(JobEnvironment, TheBareOptionMeansRequired) {
    EXPECT_EQ(read({option}).request.efa, EfaNeed::Required);
    EXPECT_EQ(read({option + "(null)"}).request.efa, EfaNeed::Required);
    EXPECT_EQ(read({option + "required"}).request.efa, EfaNeed::Required);
}

TEST(JobEnvironment, OtherWordsOfTheOptionAreRead) {
    EXPECT_EQ(read({option + "preferred"}).request.efa, EfaNeed::Preferred);
    EXPECT_EQ(read({option + "off"}).request.efa, EfaNeed::Off);
}

TEST(JobEnvironment, AWordThatTheOptionRefusesAsksForNothing) {
    for (const std::string word : {"Required", "required ", "yes", "\xff", "required,off"})
        EXPECT_EQ(read({option + word}).request.efa, std::nullopt) << word;
}

TEST(JobEnvironment, ARecordIsTakenAsItIs) {
    EXPECT_EQ(read({"SPANK_FAIRLEAD_ADMITTED={}"}).admitted, "{}");
    EXPECT_EQ(read({"FAIRLEAD_ADMITTED={}"}).admitted, std::nullopt);
}

const std::string required_record =
    R"({"schema":"fairlead.admitted/1","efa":"required","asked":true})";

/// Partition hpc requires EFA in `mode`.
config::Config config_of(Mode mode, Admission admission = Admission::Node) {
    config::Config config;
    config.admission = admission;
    config.partitions["hpc"] = {.mode = mode, .fabric = {.efa = EfaNeed::Required}};
    return config;
}

JobEnvironment job_in(std::string partition, EfaNeed efa = EfaNeed::Off,
                      std::optional<std::string> admitted = {}) {
    return {JobId{1}, "n1", std::move(partition), {.efa = efa}, std::move(admitted)};
}

TEST(PrologDemand, IsThePartitions) {
    const auto demand = demand_of(job_in("hpc"), config_of(Mode::Enforce));
    EXPECT_EQ(demand.checked.efa, EfaNeed::Required);
    EXPECT_TRUE(demand.enforced);
    EXPECT_FALSE(demand.asked);
    EXPECT_EQ(demand_of(job_in("low"), config_of(Mode::Enforce)).checked.efa, EfaNeed::Off);
}

TEST(PrologDemand, APartitionThatIsOffDemandsNothing) {
    EXPECT_EQ(demand_of(job_in("hpc"), config_of(Mode::Off)).checked.efa, EfaNeed::Off);
    EXPECT_EQ(demand_of(job_in("hpc"), config_of(Mode::Observe)).checked.efa, EfaNeed::Required);
}

TEST(PrologDemand, WhatTheJobAsksForHoldsInEveryMode) {
    for (const Mode mode : {Mode::Off, Mode::Observe, Mode::Enforce}) {
        const auto demand = demand_of(job_in("hpc", EfaNeed::Required), config_of(mode));
        EXPECT_EQ(demand.checked.efa, EfaNeed::Required);
        EXPECT_TRUE(demand.asked);
        EXPECT_EQ(demand.enforced, mode == Mode::Enforce);
    }
}

TEST(PrologDemand, WhatTheJobAsksForIsNotEnforcedByAPartitionThatDoesNotRequireIt) {
    auto config = config_of(Mode::Enforce);
    config.partitions["hpc"].fabric.efa = EfaNeed::Preferred;
    const auto demand = demand_of(job_in("hpc", EfaNeed::Required), config);
    EXPECT_EQ(demand.checked.efa, EfaNeed::Required);
    EXPECT_FALSE(demand.enforced);
}

TEST(PrologDemand, AJobCannotLowerIt) {
    const auto demand = demand_of(job_in("hpc", EfaNeed::Preferred), config_of(Mode::Enforce));
    EXPECT_EQ(demand.checked.efa, EfaNeed::Required);
    EXPECT_FALSE(demand.asked);
}

TEST(PrologDemand, WhereThePartitionLetsItAJobLowersIt) {
    auto config = config_of(Mode::Enforce);
    auto& rules = config.partitions["hpc"];
    rules.fabric.placement = config::Placement::Cluster;
    rules.relax = {config::Relaxable::Efa, config::Relaxable::Placement};
    EXPECT_FALSE(demand_of(job_in("hpc", EfaNeed::Preferred), config).enforced);
    EXPECT_TRUE(demand_of(job_in("hpc", EfaNeed::Required), config).enforced);
    JobEnvironment job = job_in("hpc");
    job.request = {};
    EXPECT_TRUE(demand_of(job, config).enforced);
    EXPECT_TRUE(demand_of(job, config).group_enforced);
    job.request.placement = config::Placement::Any;
    EXPECT_FALSE(demand_of(job, config).grouped);
    EXPECT_FALSE(demand_of(job, config).group_enforced);
    rules.relax.clear();
    EXPECT_TRUE(demand_of(job, config).group_enforced);
}

TEST(PrologDemand, ARecordCountsOnlyWhereTheControllerIsTrusted) {
    const auto job = job_in("low", EfaNeed::Off, required_record);
    EXPECT_EQ(demand_of(job, config_of(Mode::Enforce)).checked.efa, EfaNeed::Off);
    const auto demand = demand_of(job, config_of(Mode::Enforce, Admission::Controller));
    EXPECT_EQ(demand.checked.efa, EfaNeed::Required);
    EXPECT_TRUE(demand.asked);
}

TEST(PrologDemand, ARecordCannotLowerIt) {
    const auto job = job_in("hpc", EfaNeed::Required,
                            R"({"schema":"fairlead.admitted/1","efa":"off","asked":false})");
    const auto demand = demand_of(job, config_of(Mode::Enforce, Admission::Controller));
    EXPECT_EQ(demand.checked.efa, EfaNeed::Required);
    EXPECT_TRUE(demand.asked);
}

TEST(PrologDemand, ARecordThatCannotBeReadIsReportedAndCountsForNothing) {
    const auto job = job_in("low", EfaNeed::Off, "rubbish");
    const auto demand = demand_of(job, config_of(Mode::Enforce, Admission::Controller));
    ASSERT_TRUE(demand.record_error);
    EXPECT_EQ(demand.record_error->code, Code::X203);
    EXPECT_EQ(demand.checked.efa, EfaNeed::Off);
    EXPECT_FALSE(demand_of(job, config_of(Mode::Enforce)).record_error);
}

} // namespace prolog_job_environment_test
} // namespace fairlead::prolog
