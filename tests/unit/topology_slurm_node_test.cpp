#include "topology/slurm_node.hpp"

#include "machines.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace fairlead::topology {
namespace topology_slurm_node_test {

using test::machine_of;

/// As scontrol 22.05 prints it.
constexpr std::string_view line =
    "NodeName=n3 Arch=x86_64 CoresPerSocket=48  CPUAlloc=0 CPUEfctv=2 CPUTot=2 "
    "AvailableFeatures=efa "
    "Gres=(null) RealMemory=1000 AllocMem=0 FreeMem=N/A Sockets=4 Boards=1 State=IDLE "
    "ThreadsPerCore=1 TmpDisk=0 Weight=1\n";

std::string sentence(Machine machine, SlurmNode slurm) {
    machine.slurm = slurm;
    return contradiction(machine);
}

TEST(SlurmNode, IsReadFromScontrol) {
    const auto node = parse_slurm_node(line);
    ASSERT_TRUE(node);
    EXPECT_EQ(node->sockets, 4);
    EXPECT_EQ(node->cores_per_socket, 48);
    EXPECT_EQ(node->threads_per_core, 1);
}

TEST(SlurmNode, AnAnswerThatIsNoneGivesNothing) {
    for (const char* text : {"", "Node n3 not found", "Sockets=4 CoresPerSocket=x ThreadsPerCore=1",
                             "Sockets=-1 CoresPerSocket=1 ThreadsPerCore=1", "Sockets=4"})
        EXPECT_FALSE(parse_slurm_node(text)) << text;
}

TEST(SlurmNode, AProgramThatFailsOrIsMissingGivesNothing) {
    EXPECT_FALSE(ask_slurm("/nonexistent/scontrol", "n1"));
    EXPECT_FALSE(ask_slurm("/bin/false", "n1"));
}

TEST(SlurmNode, TheProgramIsAskedForTheNode) {
    const test::TempFolder folder;
    const auto program =
        folder.write("scontrol", "#!/bin/sh\n[ \"$*\" = '--oneliner show node n7' ] && "
                                 "echo Sockets=1 CoresPerSocket=2 ThreadsPerCore=1\n");
    ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
    EXPECT_TRUE(ask_slurm(program, "n7"));
    EXPECT_FALSE(ask_slurm(program, "n8"));
}

TEST(Contradiction, IsNoneWhereNobodyAsked) { EXPECT_EQ(contradiction(machine_of({2})), ""); }

// Two packages of two NUMA nodes with two caches each; SlurmdParameters decides what a socket is.
TEST(Contradiction, ASocketMayBeAPackageANumaNodeOrACache) {
    auto machine = machine_of({4, 4, 4, 4});
    for (std::size_t i = 0; i < 4; ++i)
        machine.numa_nodes[i].package = static_cast<int>(i / 2);
    for (std::size_t i = 0; i < machine.cores.size(); ++i)
        machine.cores[i].cache = static_cast<int>(i / 2);
    for (const int sockets : {2, 4, 8})
        EXPECT_EQ(sentence(machine, {sockets, 16 / sockets, 1}), "") << sockets;
    EXPECT_NE(sentence(machine, {1, 16, 1}), "");
}

TEST(Contradiction, HardwareThreadsThatSlurmDoesNotCountAreNone) {
    EXPECT_EQ(sentence(machine_of({4}, 2), {1, 4, 1}), "");
    EXPECT_EQ(sentence(machine_of({4}, 2), {1, 4, 2}), "");
}

TEST(Contradiction, HardwareThreadsThatACoreHasNotAreOne) {
    EXPECT_EQ(sentence(machine_of({4}), {1, 4, 2}),
              "slurm.conf says 2 threads a core, the hardware has 1 a core; correct the node's "
              "line (`slurmd -C` prints one)");
    EXPECT_NE(sentence(machine_of({4}, 2), {1, 4, 4}), "");
    EXPECT_EQ(sentence(machine_of({2, 2}), {3, 4, 2}),
              "slurm.conf says 3 sockets of 4 cores and 2 threads a core, the hardware has 2 "
              "packages with 4 cores in all and 1 a core; correct the node's line (`slurmd -C` "
              "prints one)");
}

// A core whose second thread is offline is no reason: another shows what the hardware has.
TEST(Contradiction, TheWidestCoreCounts) {
    auto machine = machine_of({4}, 2);
    machine.cores[0].pus.pop_back();
    EXPECT_EQ(sentence(machine, {1, 4, 2}), "");
}

// aws-parallelcluster#5797: p5 as 192 sockets of one core.
TEST(Contradiction, NamesBothSides) {
    EXPECT_EQ(
        sentence(test::recorded("p5.48xlarge"), {192, 1, 1}),
        "slurm.conf says 192 sockets of 1 cores, the hardware has 2 packages with 96 cores in "
        "all; correct the node's line (`slurmd -C` prints one)");
}

} // namespace topology_slurm_node_test
} // namespace fairlead::topology
