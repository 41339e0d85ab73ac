#include "pin/gpu_binding.hpp"

#include "base/words.hpp"
#include "expect_error.hpp"
#include "machines.hpp"

#include <gtest/gtest.h>

namespace fairlead::pin {
namespace pin_gpu_binding_test {

using test::fails_with;
using test::recorded;
using test::succeeds;
using Lines = std::vector<std::string>;

TEST(GpuBinding, IsReadInTheWordsOfEachSlurm) {
    EXPECT_EQ(gpu_binding("gpu:single:1"), "single:1");
    EXPECT_EQ(gpu_binding("gres/gpu:per_task:1"), "per_task:1");
    EXPECT_EQ(gpu_binding("gpu:verbose,map_gpu:2,1"), "map_gpu:2,1");
    EXPECT_EQ(gpu_binding("gres/nic:closest+gres/gpu:closest"), "closest");
    for (const char* none :
         {"", "gpu:", "gpu:none", "gpu:verbose,none", "gres/gpu:none", "gres/nic:closest"})
        EXPECT_EQ(gpu_binding(none), "") << none;
    EXPECT_EQ(gpu_binding("gpu:\x1b[2J"), printable("\x1b[2J"));
}

Plan eight_ranks(const Request& request, const std::vector<int>& gpus) {
    return plan(recorded("p5.48xlarge"), {.step_cpus = recorded("p5.48xlarge").cpus,
                                          .ranks = {0, 1, 2, 3, 4, 5, 6, 7},
                                          .gpus = gpus,
                                          .request = request})
        .value();
}

Result<Plan> followed(const Request& request, const std::vector<int>& gpus,
                      std::string_view binding) {
    Plan plan = eight_ranks(request, gpus);
    if (auto kept = follow_gpu_binding(recorded("p5.48xlarge"), request, binding, plan); !kept)
        return std::unexpected(kept.error());
    return plan;
}

const std::vector<int> all{0, 1, 2, 3, 4, 5, 6, 7};
constexpr const char* note =
    "Slurm gives each rank GPUs of its own as it starts (single:1): a rank has those, and their "
    "interfaces, in place of the ones shown here";
constexpr const char* crowd =
    "all 8 ranks may come to one interface, whose limit is 7, because Slurm gives each GPUs of its "
    "own (single:1); use fewer ranks a node, or leave out --gpu-bind and --gpus-per-task and let "
    "by:gpu share the GPUs";

// The plan itself gives an interface one rank.
TEST(GpuBinding, PromisesTheLimitForAllRanksTogetherOrNotAtAll) {
    Request request{.strict = true, .ranks_per_nic = 8};
    EXPECT_EQ(followed(request, all, "single:1")->warnings, Lines{note});
    request.ranks_per_nic = 7;
    EXPECT_TRUE(fails_with(followed(request, all, "single:1"), Code::P205, crowd));
    request.strict = false;
    EXPECT_EQ(followed(request, all, "single:1")->broken, Lines{crowd});
    EXPECT_EQ(followed(request, all, "single:1")->warnings, (Lines{note, crowd}));
}

TEST(GpuBinding, ChangesNoInterfacesThatTheUserChose) {
    const Request one{.strict = true, .nics_per_rank = 1, .ranks_per_nic = 7};
    EXPECT_EQ(followed(one, all, "single:1")->warnings, Lines{note});
}

TEST(GpuBinding, IsNothingToAStepWithoutGpusOrBinding) {
    const Request request{.strict = true, .ranks_per_nic = 7};
    EXPECT_TRUE(followed(request, {}, "single:1")->warnings.empty());
    EXPECT_TRUE(followed(request, all, "")->warnings.empty());
}

} // namespace pin_gpu_binding_test
} // namespace fairlead::pin
