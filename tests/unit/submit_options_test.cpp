/// Each option against what slurmctld 22.05.8, 24.11 and 26.05 were seen to get of it.

#include "submit/options.hpp"

#include "submissions.hpp"

#include <gtest/gtest.h>
#include <set>

namespace fairlead::submit {
namespace submit_options_test {

constexpr std::uint32_t newest = 0x1a05, trixie = 0x180b;

std::string wrap(std::string_view options, std::uint32_t release = 0x1605) {
    return test::said(fmt::format("sbatch --wrap=true {}", options), {.release = release});
}

struct Case {
    std::string_view options, said;
};

void expect(std::span<const Case> cases) {
    for (const Case& one : cases)
        EXPECT_EQ(wrap(one.options), one.said) << one.options;
}

TEST(SubmitOptions, NamesAndLettersAreUniqueInEachCommand) {
    for (const Command command : {Command::Sbatch, Command::Srun, Command::Salloc}) {
        std::set<std::string_view> names;
        std::set<char> letters;
        for (const Option& option : all_options()) {
            if ((option.commands & bit_of(command)) == 0)
                continue;
            EXPECT_TRUE(names.insert(option.name).second) << option.name;
            EXPECT_TRUE(option.letter == 0 || letters.insert(option.letter).second) << option.name;
        }
        for (const Alias& alias : all_aliases())
            EXPECT_TRUE(names.insert(alias.name).second) << alias.name;
    }
}

TEST(SubmitOptions, Texts) {
    const Case cases[] = {
        {"-p a,b", "partition=a,b"},
        {"--partition=a", "partition=a"},
        {"-A Chem", "account=chem"},
        {"-q high", "qos=high"},
        {"--reservation=r1,r2", "reservation=r1,r2"},
        {"--wckey=W", "wckey=w"},
        {"-C 'a&b'", "features=a&b"},
        {"--prefer=c", ""},
        {"-L matlab:2,fluent", "licenses=matlab:2,fluent"},
        {"-J a", "job_name=a"},
        {"--comment='x y'", "comment=x y"},
        {"--mail-user=x@y", "mail_user=x@y"},
        {"-d afterok:1", "dependency=afterok:1"},
        {"--container=/x", "container=/x"},
        {"--bb=x", "burst_buffer=x"},
        {"--network=system", "network=system"},
        {"-p '' -A '' -q '' --comment= -C ''", ""},
        {"--test-only --export=NONE -Q -o out", ""},
    };
    expect(cases);
    EXPECT_EQ(wrap("--extra=foo", trixie), "extra=foo");
}

TEST(SubmitOptions, Nodes) {
    const Case cases[] = {
        {"-N2", "least_nodes=2 most_nodes=2 cpus=2"},
        {"-N 2-4", "least_nodes=2 most_nodes=4 cpus=4"},
        {"--nodes=1k", "least_nodes=1024 most_nodes=1024 cpus=1024"},
        {"-N1,3-4", "least_nodes=1 most_nodes=4 cpus=4"},
        {"-w n1", "node_list=n1 least_nodes=1"},
        {"-w n2,n1,n2", "node_list=n[1-2] least_nodes=2 cpus=2"},
        {"-N2 -w n1", "node_list=n1 least_nodes=2 most_nodes=2 cpus=2"},
        {"-N2-4 -w n1", "node_list=n1 least_nodes=2 most_nodes=4 cpus=4"},
        {"-x n1,n2", "exclude=n1,n2"},
        {"--contiguous", "contiguous=true"},
        {"--switches=2", "switches=2"},
        {"--switches=1@2:00", "switches=1 switch_wait=120"},
        {"--switches=1@5", "switches=1 switch_wait=300"},
        {"--switches=1@1-0", "switches=1 switch_wait=86400"},
        {"--switches=1@unlimited", "switches=1"},
        {"--exclusive", "exclusive=true"},
        {"--exclusive=user", "exclusive=false"},
        {"--exclusive=mcs", "exclusive=false"},
        {"-s", "exclusive=false"},
        {"--exclusive -s", "exclusive=false"},
    };
    expect(cases);
}

TEST(SubmitOptions, TasksAndCpus) {
    const Case cases[] = {
        {"-n4", "tasks=4 cpus=4"},
        {"-n 4 -c2", "tasks=4 cpus=8 cpus_per_task=2"},
        {"-c8", "cpus=8 cpus_per_task=8"},
        {"-B 2:4:2", "tasks=16 cpus=16 threads_per_core=2"},
        {"-B 2:*:2 -N2", "least_nodes=2 most_nodes=2 tasks=8 cpus=8 threads_per_core=2"},
        {"-B 2:4:2 -n 3", "tasks=3 cpus=3 threads_per_core=2"},
        {"--threads-per-core=1", "threads_per_core=1"},
        {"--hint=nomultithread", "threads_per_core=1"},
        {"--hint=memory_bound", "threads_per_core=1"},
        {"--hint=multithread", ""},
        {"--hint=nomultithread --threads-per-core=2", "threads_per_core=2"},
        {"-O", "overcommit=true"},
        {"-O -n4 -N2", "least_nodes=2 most_nodes=2 tasks=4 cpus=2 overcommit=true"},
        {"-N2 -c2", "least_nodes=2 most_nodes=2 cpus=4 cpus_per_task=2"},
        {"-N2-4 -c2", "least_nodes=2 most_nodes=4 cpus=8 cpus_per_task=2"},
        {"-n1 -N4", "least_nodes=1 most_nodes=1 tasks=1"},
        {"-n3 -N2-4", "least_nodes=2 most_nodes=3 tasks=3 cpus=3"},
        {"-B 2:4 -N2-4", "least_nodes=2 most_nodes=4 cpus=4"},
        {"-w n1,n2 --ntasks-per-node=4",
         "node_list=n[1-2] least_nodes=2 tasks=8 tasks_per_node=4 cpus=8"},
        {"-a 0-9%2", "array_size=10"},
        {"-a 1,3,5-10:2", "array_size=5"},
        {"-a 5", "array_size=1"},
    };
    expect(cases);
}

TEST(SubmitOptions, TasksPerNodeCountTasks) {
    EXPECT_EQ(wrap("--ntasks-per-node=4 -N2"),
              "least_nodes=2 most_nodes=2 tasks=8 tasks_per_node=4 cpus=8");
    EXPECT_EQ(wrap("--tasks-per-node=4"), "tasks=4 tasks_per_node=4 cpus=4");
    EXPECT_EQ(wrap("--ntasks-per-node=2 -N2-4"),
              "least_nodes=2 most_nodes=4 tasks=8 tasks_per_node=2 cpus=8");
    EXPECT_EQ(wrap("--ntasks-per-node=2 -n5"), "tasks=5 tasks_per_node=2 cpus=6");
    EXPECT_EQ(wrap("--ntasks-per-node=4 -N2", trixie),
              "least_nodes=2 most_nodes=2 tasks=8 tasks_per_node=4 cpus=8");
    EXPECT_EQ(wrap("--ntasks-per-node=2 -n5", trixie),
              "least_nodes=3 tasks=5 tasks_per_node=2 cpus=6");
}

TEST(SubmitOptions, TasksPerGpuCountTasksOrGpus) {
    EXPECT_EQ(wrap("--ntasks-per-gpu=2 --gpus=4"), "tasks=8 cpus=8 gres/gpu=4");
    EXPECT_EQ(wrap("--ntasks-per-gpu=2 -N2-4 --gpus-per-node=a100:8 -c3"),
              "least_nodes=2 most_nodes=4 tasks=64 cpus=192 cpus_per_task=3 gres/gpu:a100=32");
    EXPECT_EQ(wrap("--ntasks-per-gpu=2 -n16"), "tasks=16 cpus=16 gres/gpu=8");
    EXPECT_EQ(wrap("--ntasks-per-tres=4 -N2"),
              "least_nodes=2 most_nodes=2 tasks=8 cpus=8 gres/gpu=2");
}

TEST(SubmitOptions, Memory) {
    const Case cases[] = {
        {"--mem=4G", "memory=4G"},
        {"--mem=4g", "memory=4G"},
        {"--mem=4GB", "memory=4G"},
        {"--mem=1500K", "memory=2M"},
        {"--mem=5T", "memory=5120G"},
        {"--mem=0", "memory=all"},
        {"--mem=0G", "memory=all"},
        {"--mem=' 3'", "memory=3M"},
        {"--mem-per-cpu=2G", "memory=2G memory_per_cpu=2G"},
        {"--mem-per-cpu=0", "memory=all"},
    };
    expect(cases);
}

TEST(SubmitOptions, Times) {
    const Case cases[] = {
        {"-t 90", "time_limit=01:30:00"},
        {"-t 1:30", "time_limit=00:02:00"},
        {"-t 0:30", "time_limit=00:01:00"},
        {"-t 1:00:30", "time_limit=01:01:00"},
        {"-t 1-0", "time_limit=1-00:00:00"},
        {"-t 1-", "time_limit=1-00:00:00"},
        {"-t 1-2:3:4", "time_limit=1-02:04:00"},
        {"-t 0", "time_limit=unlimited"},
        {"-t infinite", "time_limit=unlimited"},
        {"-t UNLIMITED", "time_limit=unlimited"},
        {"-t -1", "time_limit=unlimited"},
        {"-t 20 --time-min=10", "time_limit=00:20:00 time_min=00:10:00"},
    };
    expect(cases);
}

TEST(SubmitOptions, GenericResources) {
    const Case cases[] = {
        {"--gpus=2", "gres/gpu=2"},
        {"-G a100:2", "gres/gpu:a100=2"},
        {"--gpus=a100", "gres/gpu:a100=1"},
        {"--gpus=a100:1,h100:2", "gres/gpu:a100=1 gres/gpu:h100=2"},
        {"--gpus=1k", "gres/gpu=1024"},
        {"--gres=gpu", "gres/gpu=1"},
        {"--gres=gpu:2", "gres/gpu=2"},
        {"--gres=gres:gpu:1", "gres/gpu=1"},
        {"--gres=none", ""},
        {"--gres=gpu:a100:2 -N2", "least_nodes=2 most_nodes=2 cpus=2 gres/gpu:a100=4"},
        {"--gpus-per-node=a100:1", "gres/gpu:a100=1"},
        {"--gpus-per-node=1 -N2", "least_nodes=2 most_nodes=2 cpus=2 gres/gpu=2"},
        {"--gres=gpu:2 --gpus-per-node=3", "gres/gpu=3"},
        {"--gpus-per-task=1 -n 3", "tasks=3 cpus=3 gres/gpu=3"},
        {"--gpus-per-socket=1 --sockets-per-node=2", "gres/gpu=2"},
        {"--gpus=2 --gres=gpu:1", "least_nodes=2 most_nodes=2 cpus=2 gres/gpu=2"},
        {"--ntasks-per-gpu=2 --gpus=2", "tasks=4 cpus=4 gres/gpu=2"},
        {"--gpus-per-task=2 --gpus=8", "tasks=4 cpus=4 gres/gpu=8"},
    };
    expect(cases);
    EXPECT_EQ(wrap("--tres-per-task=cpu:4,gres/gpu:1 -n3", trixie),
              "tasks=3 cpus=12 cpus_per_task=4 gres/gpu=3");
}

TEST(SubmitOptions, CpusForEachGpuAndNodeCount) {
    EXPECT_EQ(wrap("--gpus=4 --cpus-per-gpu=3 -n2"), "tasks=2 cpus=12 gres/gpu=4");
    EXPECT_EQ(wrap("--gpus-per-node=1 -N2 --cpus-per-gpu=96"),
              "least_nodes=2 most_nodes=2 cpus=192 gres/gpu=2");
    EXPECT_EQ(wrap("-n1 --mincpus=96"), "tasks=1 cpus=96");
    EXPECT_EQ(wrap("-N2-3 --mincpus=96"), "least_nodes=2 most_nodes=3 cpus=288");
    EXPECT_EQ(wrap("--gpus=4 --cpus-per-gpu=3 -n2", trixie), "tasks=2 cpus=12 gres/gpu=4");
    EXPECT_EQ(wrap("--gpus-per-task=1 --cpus-per-gpu=3 -n2"),
              "tasks=2 cpus=6 cpus_per_task=3 gres/gpu=2");
    EXPECT_EQ(wrap("--gpus-per-task=1 --cpus-per-gpu=3 -n2", trixie),
              "tasks=2 cpus=6 cpus_per_task=3 gres/gpu=2");
}

TEST(SubmitOptions, QueueingAndMail) {
    const Case cases[] = {
        {"--requeue", "requeue=true"},
        {"--no-requeue", "requeue=false"},
        {"--requeue --no-requeue", "requeue=false"},
        {"-H", "priority=0"},
        {"--nice", "nice=100"},
        {"--nice=5", "nice=5"},
        {"--nice=-5", ""},
        {"--priority=7", "priority=7"},
        {"--priority=TOP", ""},
        {"--mail-type=ALL", "mail_type=BEGIN,END,FAIL,REQUEUE,STAGE_OUT,INVALID_DEPEND"},
        {"--mail-type=end,BEGIN", "mail_type=BEGIN,END"},
        {"--mail-type=NONE,END", ""},
        {"--mail-type=TIME_LIMIT_80,ARRAY_TASKS", "mail_type=TIME_LIMIT_80,ARRAY_TASKS"},
    };
    expect(cases);
    EXPECT_EQ(wrap("--requeue=expedite", newest), "requeue=true");
}

TEST(SubmitOptions, FairleadsOwnReachTheFabric) {
    const auto submission = read_submission(
        test::call_of("sbatch --wrap=true --efa --efa-interfaces=4 --placement=cluster "
                      "--max-layer=2 --same-az=no --efa-pin=by:nic"));
    ASSERT_TRUE(submission);
    const auto& fabric = submission->jobs.at(0).fabric;
    ASSERT_TRUE(fabric);
    EXPECT_EQ(fabric->efa, config::EfaNeed::Required);
    EXPECT_EQ(fabric->efa_interfaces, 4);
    EXPECT_EQ(fabric->placement, config::Placement::Cluster);
    EXPECT_EQ(fabric->max_layer, 2);
    EXPECT_EQ(fabric->same_az, false);
    EXPECT_TRUE(wrap("--efa=perhaps").ends_with("[FL-P102]"));
}

TEST(SubmitOptions, WhatSlurmRefusesIsRefused) {
    const std::string_view refused[] = {
        "--exclusive=no",
        "--mem=1.5G",
        "--mem=1P",
        "--mem=x",
        "--mem=-1",
        "--mem=3MiB",
        "-t 1:2:3:4",
        "-t 5m",
        "-t now",
        "-t +5",
        "-t 5.5",
        "-t ' 5'",
        "-N 4-2",
        "-N 2-",
        "-n0",
        "-n -3",
        "-nx",
        "-n4x",
        "-n '4 '",
        "-c0",
        "--switches=0",
        "--mail-type=XX",
        "-N 1 -w n1,n2",
        "--gpus=",
        "--nice=x",
        "-b 5pm",
        "-b 1893456000",
        "--hint=fast",
        "-B 1:2:3:4",
        "--priority=x",
        "--array=x",
        "--mem=1 --mem-per-cpu=1",
    };
    for (const std::string_view options : refused)
        EXPECT_TRUE(wrap(options).ends_with("[FL-A221]")) << options << ": " << wrap(options);
}

TEST(SubmitOptions, ABadValueIsNamedWithWhatIsExpected) {
    EXPECT_EQ(wrap("-t 5m"),
              "--time is '5m'; expected minutes, 1:30:00, 2-12 or unlimited [FL-A221]");
}

} // namespace submit_options_test
} // namespace fairlead::submit
