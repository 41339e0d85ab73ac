/// The planning part for a step whose node has all of it recorded: without hwloc, yaml-cpp and
/// libnuma, whose loading is most of what a pinned step costs. Runs in slurmstepd only.

#include "config/paths.hpp"
#include "config/recorded.hpp"
#include "spank/core_plan.hpp"
#include "state/pause.hpp"
#include "topology/recorded.hpp"

using namespace fairlead;
using namespace fairlead::spank;

namespace {

/// libnuma sets a policy; it is loaded for the few steps that ask for one.
bool asks_for_memory(const fairlead_step& step, const pin::Request& request) {
    return request.memory != pin::Memory::Keep || step.mem_bind[0] != '\0';
}

/// What the whole part would do, in its order; what is not recorded is left to it.
int make_plan(const fairlead_step& step, fairlead_plan** out, fairlead_sentence& sentence) {
    const auto config = config::recorded(config::run_dir, step.config_path);
    if (!config)
        return FAIRLEAD_NOT_RECORDED;
    if (state::paused(config->state_dir))
        return FAIRLEAD_OK;
    auto request = pin::parse_request(step.pin_argument);
    if (!request)
        return refuse(sentence, request.error());
    auto machine = topology::recorded(config::run_dir);
    if (!machine || asks_for_memory(step, *request))
        return FAIRLEAD_NOT_RECORDED;
    auto plan = plan_of(step, std::move(*request), config->ranks_per_nic, std::move(*machine));
    if (!plan)
        return refuse(sentence, plan.error());
    *out = plan->release();
    return FAIRLEAD_OK;
}

int core_gate(const fairlead_gate_query*, fairlead_sentence*) { return FAIRLEAD_NOT_RECORDED; }

int core_plan(const fairlead_step* step, fairlead_plan** plan, fairlead_sentence* sentence) {
    *plan = nullptr;
    return answered("plan", sentence, [&] { return make_plan(*step, plan, *sentence); });
}

int core_shared(fairlead_plan* plan, fairlead_row* row, fairlead_sentence* sentence) {
    return answered("shared", sentence, [&] { return give_shared(*plan, *row); });
}

int core_begin(fairlead_plan* plan, const char* tres_bind, int speaks,
               fairlead_sentence* sentence) {
    return answered("begin", sentence,
                    [&] { return begin_task(*plan, tres_bind, speaks != 0, *sentence); });
}

int core_row(fairlead_plan* plan, std::size_t local_id, const char* visible, fairlead_row* row,
             fairlead_sentence* sentence) {
    return answered("row", sentence,
                    [&] { return give_row(*plan, local_id, visible, *row, *sentence); });
}

constexpr fairlead_core_functions functions{FAIRLEAD_CORE_ABI, core_gate, core_plan,   core_shared,
                                            core_begin,        core_row,  report_line, release};

} // namespace

extern "C" __attribute__((visibility("default"))) const fairlead_core_functions* fairlead_core() {
    return &functions;
}
