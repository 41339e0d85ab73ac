#include "pin/gpus.hpp"

#include "machines.hpp"

#include <gtest/gtest.h>

namespace fairlead::pin {
namespace pin_gpus_test {

using test::machine_of;
using topology::Machine;
using Numbers = std::vector<int>;
using Words = std::vector<std::string>;

/// Four GPUs whose minor numbers run against the order of PCI addresses.
Machine four_gpus() {
    auto machine = machine_of({4, 4});
    const char* uuids[] = {
        "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "GPU-8932aaaa-0000-0000-0000-000000000001",
        "GPU-11111111-0000-0000-0000-000000000002", "GPU-22222222-0000-0000-0000-000000000003"};
    for (int i = 0; i < 4; ++i) {
        const auto pci = fmt::format("0000:{:02x}:00.0", 0x10 + i);
        machine.gpus.push_back({.name = pci,
                                .pci = pci,
                                .near = machine.numa_nodes[static_cast<std::size_t>(i / 2)].cpus,
                                .uuid = uuids[i],
                                .minor = 3 - i});
    }
    return machine;
}

/// The same where the driver says nothing.
Machine four_unknown_gpus() {
    auto machine = four_gpus();
    for (auto& gpu : machine.gpus) {
        gpu.uuid.clear();
        gpu.minor = -1;
    }
    return machine;
}

Numbers seen(const Machine& machine, std::string_view cuda, std::string_view step = "") {
    return indices(visible_gpus(machine, cuda, step));
}

Words words_of(const VisibleGpus& visible) {
    Words words;
    for (const VisibleGpu& one : visible.gpus)
        words.push_back(one.word);
    return words;
}

TEST(VisibleGpus, NoVariableAndSlurmsWordForNoneMeanNone) {
    for (const char* none : {"", " ", "\n", "NoDevFiles", " NoDevFiles "}) {
        const auto visible = visible_gpus(four_gpus(), none, "");
        EXPECT_TRUE(visible.gpus.empty()) << none;
        EXPECT_TRUE(visible.warnings.empty()) << none;
        EXPECT_EQ(visible.words(), 0u) << none;
        EXPECT_EQ(visible.none, std::string_view(none).contains("NoDevFiles")) << none;
    }
}

TEST(VisibleGpus, NumbersAreTheDriversMinorNumbers) {
    EXPECT_EQ(seen(four_gpus(), "0,1,2,3"), (Numbers{3, 2, 1, 0}));
    EXPECT_EQ(seen(four_gpus(), "2"), (Numbers{1}));
}

TEST(VisibleGpus, NumbersAreInTheOrderOfPciAddressesWhereTheDriverIsSilent) {
    EXPECT_EQ(seen(four_unknown_gpus(), "0,3"), (Numbers{0, 3}));
    auto one_is_silent = four_gpus();
    one_is_silent.gpus[1].minor = -1;
    EXPECT_EQ(seen(one_is_silent, "0,3"), (Numbers{0, 3}));
}

TEST(VisibleGpus, UuidsAreTakenWholeAndAbbreviated) {
    EXPECT_EQ(seen(four_gpus(), "GPU-11111111-0000-0000-0000-000000000002"), (Numbers{2}));
    EXPECT_EQ(seen(four_gpus(), "GPU-2,GPU-8932f"), (Numbers{3, 0}));
}

// CUDA takes an abbreviation only where it fits one GPU.
TEST(VisibleGpus, AnAbbreviationThatFitsSeveralIsNoGpu) {
    for (const char* word : {"GPU-", "GPU-8932"}) {
        const auto visible = visible_gpus(four_gpus(), word, "");
        EXPECT_TRUE(visible.gpus.empty()) << word;
        EXPECT_EQ(visible.warnings.size(), 1u) << word;
    }
}

TEST(VisibleGpus, InACgroupTheStepsOwnNumbersCount) {
    const auto visible = visible_gpus(four_gpus(), "0,1", "2,3");
    EXPECT_EQ(indices(visible), (Numbers{1, 0}));
    EXPECT_EQ(words_of(visible), (Words{"0", "1"}));
    EXPECT_EQ(seen(four_unknown_gpus(), "0,1", "2,3"), (Numbers{2, 3}));
}

TEST(VisibleGpus, StepNumbersThatDoNotMatchAreLeftAside) {
    EXPECT_EQ(seen(four_unknown_gpus(), "0,1", "3"), (Numbers{0, 1}));
    EXPECT_EQ(seen(four_unknown_gpus(), "0,1", ""), (Numbers{0, 1}));
}

TEST(VisibleGpus, StepNumbersSayNothingAboutUuids) {
    EXPECT_EQ(seen(four_gpus(), "GPU-1,GPU-2", "0,1"), (Numbers{2, 3}));
}

TEST(VisibleGpus, BlanksRoundAWordAreNoPartOfIt) {
    EXPECT_EQ(seen(four_unknown_gpus(), " 0 , 2\n"), (Numbers{0, 2}));
}

TEST(VisibleGpus, AWordThatNamesNoGpuIsWarnedOf) {
    for (const char* word : {"4", "-1", "99999999999", "x", "GPU-f", "GPU", "MIG-GPU-8932f937/1/0",
                             "0x1", "1.0", "00000000:10:00.0"}) {
        const auto visible = visible_gpus(four_unknown_gpus(), word, "");
        EXPECT_TRUE(visible.gpus.empty()) << word;
        ASSERT_EQ(visible.warnings.size(), 1u) << word;
        EXPECT_EQ(visible.warnings[0],
                  fmt::format("CUDA_VISIBLE_DEVICES has '{}', which is no GPU of this node; it has "
                              "4",
                              word));
    }
}

TEST(VisibleGpus, TheOthersAreStillSeen) {
    const auto visible = visible_gpus(four_unknown_gpus(), "0,,7,2", "");
    EXPECT_EQ(indices(visible), (Numbers{0, 2}));
    EXPECT_EQ(visible.warnings.size(), 2u);
    EXPECT_EQ(visible.unknown, 2u);
    EXPECT_EQ(visible.words(), 4u);
    EXPECT_FALSE(visible.none);
}

TEST(VisibleGpus, AHostileWordIsShownPrintableAndShort) {
    const auto visible = visible_gpus(four_gpus(), "\x1b[2J" + std::string(5000, 'x'), "");
    ASSERT_EQ(visible.warnings.size(), 1u);
    EXPECT_LT(visible.warnings[0].size(), 200u);
    EXPECT_EQ(visible.warnings[0].find('\x1b'), std::string::npos);
}

TEST(VisibleGpus, OnANodeWithoutGpusNumbersAreWarnedOf) {
    const auto visible = visible_gpus(machine_of({2}), "0", "0");
    EXPECT_TRUE(visible.gpus.empty());
    ASSERT_EQ(visible.warnings.size(), 1u);
    EXPECT_TRUE(visible.warnings[0].ends_with("it has 0"));
}

TEST(TaskGpus, AreThoseOfItsStepByTheSameWords) {
    const auto step = visible_gpus(four_gpus(), "0,1,2,3", "");
    EXPECT_EQ(task_gpus(step, "1"), (Numbers{2}));
    EXPECT_EQ(task_gpus(step, "3, 0"), (Numbers{0, 3}));
    const auto uuids = visible_gpus(four_gpus(), "GPU-1,GPU-2", "");
    EXPECT_EQ(task_gpus(uuids, "GPU-2"), (Numbers{3}));
}

TEST(TaskGpus, AreNotToldWhereAWordIsNotAmongThem) {
    const auto step = visible_gpus(four_gpus(), "0,1", "");
    for (const char* words : {"", "2", "0,2", "GPU-1", "NoDevFiles", "0,,1"})
        EXPECT_FALSE(task_gpus(step, words)) << words;
}

// ConstrainDevices with --gpus-per-task=1: every task sees its own GPU as 0.
TEST(TaskGpus, AreNotToldWhereEveryTaskMayCountFromZero) {
    const auto step = visible_gpus(four_gpus(), "0,1,2,3", "");
    for (const char* words : {"0", "0,1", "1,0", "2,1,0"})
        EXPECT_FALSE(task_gpus(step, words)) << words;
    EXPECT_EQ(task_gpus(step, "3,1,0,2").value().size(), 4u);
    const auto uuids = visible_gpus(four_gpus(), "GPU-1,GPU-2", "");
    EXPECT_TRUE(task_gpus(uuids, "GPU-1"));
}

// 0 to 2 may be the numbers within a cgroup although the step's fourth word is of no GPU.
TEST(TaskGpus, AreNotToldByFewerNumbersThanTheStepHasWords) {
    const auto step = visible_gpus(four_gpus(), "0,1,2,MIG-GPU-8932f937/1/0", "");
    EXPECT_FALSE(task_gpus(step, "0,1,2"));
    EXPECT_FALSE(task_gpus(step, "0,1,2,MIG-GPU-8932f937/1/0"));
    EXPECT_EQ(task_gpus(step, "2"), (Numbers{1}));
}

} // namespace pin_gpus_test
} // namespace fairlead::pin
