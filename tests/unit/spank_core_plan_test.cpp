#include "spank/core_plan.hpp"

#include "expect_error.hpp"
#include "machines.hpp"

#include <gtest/gtest.h>
#include <map>

namespace fairlead::spank {
namespace spank_core_plan_test {

using test::fails_with;
using test::machine_of;
using test::recorded;
using test::succeeds;

/// A step on a machine with more CPUs than any that runs the tests, which keeps to its own.
struct Step {
    std::string pin;
    std::string mem_bind{};
    std::string gpus{};
    topology::Machine machine = machine_of({512, 512});
    bool wants_report = false;

    Result<std::unique_ptr<fairlead_plan>> plan() const {
        const std::uint32_t ranks[] = {0, 1};
        const fairlead_step step{.config_path = nullptr,
                                 .pin_argument = nullptr,
                                 .step_cores = nullptr,
                                 .ranks = ranks,
                                 .rank_count = 2,
                                 .cpus_per_task = 0,
                                 .threads_per_core = 0,
                                 .visible_gpus = gpus.c_str(),
                                 .step_gpus = "",
                                 .mem_bind = mem_bind.c_str(),
                                 .wants_report = wants_report};
        return plan_of(step, pin::parse_request(pin).value(), 128, machine);
    }
};

pin::Memory memory(const char* pin, const char* mem_bind) {
    const auto plan = Step{pin, mem_bind}.plan();
    EXPECT_TRUE(succeeds(plan));
    return (*plan)->request.memory;
}

TEST(CorePlan, WithMemBindLocalMemoryFollowsThePlansCpus) {
    EXPECT_EQ(memory("by:numa", "local"), pin::Memory::Bind);
    EXPECT_EQ(memory("by:numa,mem:keep", "verbose,local"), pin::Memory::Bind);
    EXPECT_EQ(memory("by:numa", "prefer,local"), pin::Memory::Prefer);
    EXPECT_EQ(memory("by:numa,mem:interleave", "local"), pin::Memory::Bind);
}

// The ranks of such a plan may run on every NUMA node of the step; Slurm's binding is narrower.
TEST(CorePlan, WithMemBindLocalAndNoBindingMemoryIsLeftToSlurm) {
    for (const char* mem_bind : {"local", "prefer,local", "verbose,local"})
        for (const char* pin : {"by:none", "by:none,mem:keep", "by:none,mem:keep,force",
                                "by:none,mem:bind", "by:none,mem:interleave"})
            EXPECT_EQ(memory(pin, mem_bind), pin::Memory::Keep) << pin << mem_bind;
}

TEST(CorePlan, EveryOtherMemBindIsLeftToSlurm) {
    for (const char* mem_bind : {"map_mem:", "mask_mem:", "rank", "prefer,map_mem:", "none"})
        for (const char* pin : {"by:numa", "by:none", "by:numa,mem:bind", "by:numa,force"})
            EXPECT_EQ(memory(pin, mem_bind), pin::Memory::Keep) << pin << mem_bind;
}

TEST(CorePlan, AMemoryPolicyThatIsForcedGoesBeforeMemBind) {
    EXPECT_EQ(memory("by:numa,mem:interleave,force", "local"), pin::Memory::Interleave);
    EXPECT_EQ(memory("by:none,mem:bind,force", "map_mem:"), pin::Memory::Bind);
    EXPECT_EQ(memory("by:none,mem:interleave", ""), pin::Memory::Interleave);
}

TEST(CorePlan, AStrictMemoryPolicyDoesNotYield) {
    EXPECT_TRUE(fails_with((Step{"by:none,mem:bind,strict", "local"}.plan()), Code::P205,
                           "mem:bind yields to --mem-bind"));
}

using Variables = std::map<std::string, std::string>;

/// Nothing is set twice, by the step and the rank.
void add(const fairlead_row& row, Variables& variables) {
    for (const auto* pairs : {row.replacing, row.filling})
        for (; *pairs; pairs += 2)
            EXPECT_TRUE(variables.emplace(pairs[0], pairs[1]).second) << pairs[0];
}

/// What the first rank finds, with a CUDA_VISIBLE_DEVICES of the step and of its own.
Variables row(const char* step_gpus, const char* task_gpus, const char* pin = "by:numa") {
    auto machine = recorded("p4d.24xlarge");
    machine.libfabric = "2.1.0";
    const auto plan = Step{pin, "", step_gpus, std::move(machine)}.plan();
    EXPECT_TRUE(succeeds(plan));
    fairlead_row row{};
    fairlead_sentence sentence{};
    Variables variables;
    EXPECT_EQ(give_shared(**plan, row), FAIRLEAD_OK);
    EXPECT_EQ(row.cpu_mask, nullptr);
    add(row, variables);
    EXPECT_EQ(give_row(**plan, 0, task_gpus, row, sentence), FAIRLEAD_OK) << sentence.text;
    add(row, variables);
    return variables;
}

constexpr const char* every_interface = "rdmap16s27,rdmap32s27,rdmap144s27,rdmap160s27";

TEST(CorePlan, ARankWhoseGpusAreRecognisedIsNarrowedToTheirGroup) {
    EXPECT_EQ(row("0,1", "0,1").at("FI_EFA_IFACE"), "rdmap16s27");
    EXPECT_EQ(row("0,1,2", "2").at("FI_EFA_IFACE"), "rdmap32s27");
    EXPECT_EQ(row("2,MIG-GPU-8932f937/1/0", "2").at("FI_EFA_IFACE"), "rdmap32s27");
}

TEST(CorePlan, ARankWithAGpuThatIsNotRecognisedIsNarrowedToNothing) {
    for (const char* words : {"MIG-GPU-8932f937/1/0", "GPU-unknown", "0,1,MIG-GPU-8932f937/1/0"}) {
        const auto variables = row(words, words);
        EXPECT_FALSE(variables.contains("FI_EFA_IFACE")) << words;
        EXPECT_EQ(variables.at("FAIRLEAD_PIN_NICS"), every_interface) << words;
        EXPECT_EQ(variables.at("FAIRLEAD_PIN_GPUS"), "") << words;
        EXPECT_FALSE(row(words, words, "by:numa,nic:0").contains("FI_EFA_IFACE")) << words;
    }
}

TEST(CorePlan, ARankThatMayUseAnyGpuIsNarrowedByTheUserAlone) {
    EXPECT_FALSE(row("", "").contains("FI_EFA_IFACE"));
    EXPECT_EQ(row("", "").at("FAIRLEAD_PIN_NICS"), "rdmap16s27");
    EXPECT_EQ(row("", "", "by:numa,nic:1").at("FI_EFA_IFACE"), "rdmap32s27");
    EXPECT_EQ(row("NoDevFiles", "NoDevFiles").at("FI_EFA_IFACE"), "rdmap16s27");
}

TEST(CorePlan, AStepSetsWhatItsRanksShare) {
    const auto plan = Step{"by:numa"}.plan();
    ASSERT_TRUE(succeeds(plan));
    fairlead_row row{};
    fairlead_sentence sentence{};
    Variables shared, first;
    give_shared(**plan, row);
    add(row, shared);
    EXPECT_TRUE(shared.contains("OMP_NUM_THREADS"));
    EXPECT_EQ(give_row(**plan, 0, "", row, sentence), FAIRLEAD_OK);
    EXPECT_NE(row.cpu_mask, nullptr);
    add(row, first);
    EXPECT_TRUE(first.contains("FAIRLEAD_PIN_CPUS"));
    EXPECT_FALSE(first.contains("OMP_NUM_THREADS"));
}

TEST(CorePlan, AReportIsMadeForWhoWantsOne) {
    const auto silent = Step{"by:numa"}.plan();
    const auto plan = Step{.pin = "by:numa", .wants_report = true}.plan();
    ASSERT_TRUE(succeeds(silent) && succeeds(plan));
    fairlead_sentence sentence{};
    EXPECT_EQ(begin_task(**silent, "", true, sentence), FAIRLEAD_OK);
    EXPECT_EQ(report_line(silent->get(), 0), nullptr);
    EXPECT_EQ(begin_task(**plan, "", false, sentence), FAIRLEAD_OK);
    EXPECT_EQ(report_line(plan->get(), 0), nullptr) << "another task speaks";
    EXPECT_EQ(begin_task(**plan, "", true, sentence), FAIRLEAD_OK);
    EXPECT_NE(report_line(plan->get(), 0), nullptr);
}

TEST(CorePlan, AStrictStepWhoseGpusSlurmChoosesIsHeldToItsLimitInTheTask) {
    const auto begin = [](const char* pin, const char* gpus) {
        const auto plan = Step{pin, "", gpus, recorded("p4d.24xlarge")}.plan();
        EXPECT_TRUE(succeeds(plan));
        fairlead_sentence sentence{};
        const int answer = begin_task(**plan, "gpu:single:1", true, sentence);
        EXPECT_EQ(answer == FAIRLEAD_OK, sentence.text[0] == '\0');
        return answer;
    };
    EXPECT_EQ(begin("strict,ranks-per-nic:1", "0,2"), FAIRLEAD_REFUSED);
    EXPECT_EQ(begin("ranks-per-nic:1", "0,2"), FAIRLEAD_OK);
    EXPECT_EQ(begin("strict,ranks-per-nic:2", "0,2"), FAIRLEAD_OK);
    EXPECT_EQ(begin("strict,ranks-per-nic:1", ""), FAIRLEAD_OK) << "no GPUs to choose from";
}

TEST(CorePlan, ALocalTaskWithoutARowIsRefused) {
    const auto plan = Step{"by:numa"}.plan();
    ASSERT_TRUE(succeeds(plan));
    fairlead_row row{};
    fairlead_sentence sentence{};
    EXPECT_EQ(give_row(**plan, 2, "", row, sentence), FAIRLEAD_REFUSED);
    EXPECT_STREQ(sentence.text, "no plan for local task 2 [FL-P202]");
}

} // namespace spank_core_plan_test
} // namespace fairlead::spank
