#include "submit/submission.hpp"

#include "expect_error.hpp"
#include "submissions.hpp"

#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_submission_test {

using test::said;
using test::Site;

Site with_script(std::string_view lines, std::vector<std::string> environment = {}) {
    return {.environment = std::move(environment),
            .files = {{"/home/ada/s.sh", fmt::format("#!/bin/sh\n{}true\n", lines)}}};
}

TEST(SubmitSubmission, TheCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheScript) {
    const Site site = with_script("#SBATCH -t 5 -p script -A script\n",
                                  {"SBATCH_PARTITION=variable", "SBATCH_ACCOUNT=variable"});
    EXPECT_EQ(said("sbatch -A line s.sh", site),
              "partition=variable account=line job_name=s.sh time_limit=00:05:00");
}

TEST(SubmitSubmission, TheScriptItsNameAndItsArguments) {
    const auto submission =
        read_submission(test::call_of("sbatch -n2 s.sh -n3 x", with_script("")));
    ASSERT_TRUE(test::succeeds(submission));
    const policy::JobRequest& job = submission->jobs.at(0);
    EXPECT_EQ(job.script, "#!/bin/sh\ntrue\n");
    EXPECT_EQ(said(job), "job_name=s.sh script_args=-n3 x tasks=2 cpus=2");
    EXPECT_EQ(job.interactive, false);
}

TEST(SubmitSubmission, WrappedCommandsAndStandardInput) {
    const auto wrapped = read_submission(test::call_of("sbatch --wrap='srun x'"));
    ASSERT_TRUE(test::succeeds(wrapped));
    EXPECT_TRUE(wrapped->jobs.at(0).script->view().ends_with("\nsrun x\n"));
    Site site;
    site.files[""] = "#!/bin/sh\n#SBATCH -n 7\n";
    EXPECT_EQ(said("sbatch", site), "job_name=sbatch tasks=7 cpus=7");
    EXPECT_EQ(said("sbatch --wrap=x y"), "--wrap takes no script beside it [FL-A221]");
}

TEST(SubmitSubmission, AScriptIsFoundAlongPath) {
    Site site{.environment = {"PATH=/bin:/opt/jobs"}, .files = {{"/opt/jobs/run", "#!/bin/sh\n"}}};
    EXPECT_EQ(said("sbatch run", site), "job_name=run");
    EXPECT_EQ(said("sbatch ./run", site), "/home/ada/./run is missing [FL-X101]");
}

TEST(SubmitSubmission, WhatTheScriptSaysWrongIsPlaced) {
    EXPECT_EQ(said("sbatch s.sh", with_script("\n#SBATCH -n 3 hello\n")),
              "line 3 of the script: 'hello' is no option [FL-A221]");
    EXPECT_EQ(said("sbatch s.sh", with_script("#SBATCH -n\n")),
              "line 2 of the script: -n needs a value [FL-A221]");
    EXPECT_EQ(said("sbatch s.sh", with_script("#SBATCH -t 5m\n")),
              "in the script --time is '5m'; expected minutes, 1:30:00, 2-12 or unlimited "
              "[FL-A221]");
}

TEST(SubmitSubmission, MemoryIsGivenOnce) {
    EXPECT_TRUE(said("sbatch --mem-per-cpu=1 s.sh", with_script("#SBATCH --mem=1G\n"))
                    .starts_with("script and command line give more than one of --mem"));
    EXPECT_EQ(said("sbatch s.sh", with_script("#SBATCH --mem=1G\n", {"SBATCH_MEM_PER_CPU=2G"})),
              "job_name=s.sh memory=1G");
    EXPECT_TRUE(said("sbatch --wrap=x",
                     {.environment = {"SBATCH_MEM_PER_CPU=2G", "SBATCH_MEM_PER_NODE=1G"}})
                    .starts_with("the environment gives more than one"));
}

TEST(SubmitSubmission, VariablesOfEachCommand) {
    EXPECT_EQ(said("sbatch --wrap=x", {.environment = {"SLURM_PARTITION=p", "SBATCH_NTASKS=9"}}),
              "");
    EXPECT_EQ(said("srun hostname -f", {.environment = {"SLURM_PARTITION=p", "SLURM_NTASKS=3",
                                                        "SLURM_NNODES=2", "SLURM_TIMELIMIT=6"}}),
              "partition=p job_name=hostname tasks=3 cpus=3 "
              "time_limit=00:06:00 interactive=true");
    EXPECT_EQ(said("salloc", {.environment = {"SALLOC_EXCLUSIVE=", "SALLOC_JOB_NAME=x"}}),
              "job_name=interactive exclusive=true interactive=true");
    EXPECT_EQ(said("srun true", {.environment = {"SLURM_JOB_NUM_NODES=2", "SLURM_JOB_NAME=zz"}}),
              "job_name=zz least_nodes=2 most_nodes=2 cpus=2 interactive=true");
    const Site cpus{.environment = {"SRUN_CPUS_PER_TASK=3", "SLURM_CPUS_PER_TASK=5"}};
    EXPECT_EQ(said("srun true", cpus), "job_name=true cpus=3 cpus_per_task=3 interactive=true");
    EXPECT_EQ(said("srun true", {.environment = cpus.environment, .release = 0x180b}),
              "job_name=true cpus=5 cpus_per_task=5 interactive=true");
}

TEST(SubmitSubmission, VariablesOfFlags) {
    const auto with = [](const std::string& entry) {
        return said("sbatch --wrap=x", {.environment = {entry}});
    };
    EXPECT_EQ(with("SBATCH_OVERCOMMIT="), "overcommit=true");
    EXPECT_EQ(with("SBATCH_OVERCOMMIT=yes"), "overcommit=true");
    EXPECT_EQ(with("SBATCH_OVERCOMMIT=5"), "overcommit=true");
    EXPECT_EQ(with("SBATCH_OVERCOMMIT=0"), "");
    EXPECT_EQ(with("SBATCH_OVERCOMMIT=no"), "");
    EXPECT_EQ(with("SBATCH_REQUEUE=1"), "requeue=true");
    EXPECT_EQ(with("SBATCH_NO_REQUEUE="), "requeue=false");
    EXPECT_TRUE(with("SBATCH_EXCLUSIVE=yes").starts_with("in the environment --exclusive is"));
    EXPECT_EQ(with("SBATCH_WAIT4SWITCH=5:00"), "switch_wait=300");
}

TEST(SubmitSubmission, Folders) {
    EXPECT_EQ(said("sbatch --wrap=x -D /var"), "work_dir=/var");
    EXPECT_EQ(said("sbatch --wrap=x --chdir=sub/dir"), "work_dir=/home/ada/sub/dir");
    EXPECT_EQ(said("srun true", {.environment = {"SLURM_WORKING_DIR=/var", "SLURM_REMOTE_CWD=/a"}}),
              "job_name=true work_dir=/var interactive=true");
}

TEST(SubmitSubmission, NodesFromAFile) {
    Site site;
    site.files["/tmp/nl"] = "n1\nn2 n2\n";
    EXPECT_EQ(said("sbatch --wrap=x -F /tmp/nl", site), "node_list=n[1-2] least_nodes=2 cpus=2");
    EXPECT_EQ(said("sbatch --wrap=x -w /tmp/nl", site), "node_list=n[1-2] least_nodes=2 cpus=2");
}

std::string sent(std::string_view option) {
    const auto submission =
        read_submission(test::call_of(fmt::format("sbatch --wrap=x {}", option),
                                      {.environment = {"T_A=1", "T_B=2", "SLURM_CONF=/c"}}));
    std::string all;
    if (submission)
        for (const char* entry : submission->jobs.at(0).environment)
            all += fmt::format("{} ", entry);
    return all;
}

TEST(SubmitSubmission, TheEnvironmentThatIsSent) {
    EXPECT_EQ(sent(""), "T_A=1 T_B=2 SLURM_CONF=/c ");
    EXPECT_EQ(sent("--export=NONE"), "SLURM_CONF=/c ");
    EXPECT_EQ(sent("--export=T_A,T_Z"), "SLURM_CONF=/c T_A=1 ");
    EXPECT_EQ(sent("--export=ALL,T_C=3,T_A=9"), "T_B=2 SLURM_CONF=/c T_C=3 T_A=9 ");
}

TEST(SubmitSubmission, ComponentsOfTheCommandLine) {
    EXPECT_EQ(said("sbatch -n1 -p a -A chem -t 5 -L x --mem=1G : -n2 --wrap=true"),
              "partition=a account=chem licenses=x tasks=1 memory=1G time_limit=00:05:00 "
              "het_component=0 : account=chem tasks=2 cpus=2 memory=1G time_limit=00:05:00 "
              "het_component=1");
    EXPECT_EQ(said("srun -n1 -J nm echo : -n2 hostname"),
              "job_name=nm tasks=1 het_component=0 interactive=true : "
              "job_name=nm tasks=2 cpus=2 het_component=1 interactive=true");
}

TEST(SubmitSubmission, ComponentsOfTheScript) {
    const Site site = with_script("#SBATCH -n 1 -t 5\n#SBATCH hetjob\n#SBATCH -n 2 -p debug\n");
    EXPECT_EQ(said("sbatch -c 2 s.sh", site),
              "job_name=s.sh tasks=1 cpus=2 cpus_per_task=2 time_limit=00:05:00 het_component=0 : "
              "partition=debug job_name=s.sh tasks=2 cpus=4 cpus_per_task=2 time_limit=00:05:00 "
              "het_component=1");
}

TEST(SubmitSubmission, WhatSrunAndSallocSendOfTheProgram) {
    EXPECT_EQ(said("srun hostname -f"), "job_name=hostname interactive=true");
    EXPECT_EQ(said("srun hostname -f", {.release = 0x180b}),
              "job_name=hostname script_args=-f interactive=true");
    EXPECT_EQ(said("salloc -D /var"), "job_name=interactive interactive=true");
}

TEST(SubmitSubmission, OnlyTheThreeCommands) {
    EXPECT_TRUE(test::fails_with(read_submission(test::call_of("qsub x")), Code::A221,
                                 "'qsub' is no command that submits"));
    EXPECT_TRUE(test::fails_with(read_submission(test::call_of("")), Code::A221));
    EXPECT_TRUE(test::fails_with(read_submission(test::call_of("srun")), Code::A221, "no program"));
    EXPECT_EQ(said("/usr/bin/sbatch --wrap=x"), "");
}

} // namespace submit_submission_test
} // namespace fairlead::submit
