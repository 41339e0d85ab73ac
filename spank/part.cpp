/// spank-step.so: what the front calls, each line into the context it belongs to, and no exception
/// passes it.

#include "spank/abi.hpp"
#include "spank/fault.hpp"
#include "spank/options.hpp"
#include "spank/settings.hpp"
#include "spank/step.hpp"
#include "spank/step_abi.h"

namespace fairlead::spank {

void report_fault(const char* where, const char* what) noexcept {
    slurm_error("fairlead: fault in %s: %s", where, what);
}

namespace {

constexpr int fault = 1;

bool in_step() { return spank_context() == S_CTX_REMOTE; }

/// A mistake in plugstack.conf ends srun, sbatch and salloc, and stops slurmd from starting. In
/// slurmstepd it would drain the node, so there it refuses the step; beside a prolog or an epilog,
/// where a failure drains the node as well, nothing asks for anything.
int read_words(int argc, char** argv) {
    const auto settings = read_settings(argc, argv);
    if (settings || spank_context() == S_CTX_JOB_SCRIPT)
        return 0;
    if (in_step()) {
        refuse_step(settings.error());
        return 0;
    }
    slurm_error("fairlead: %s", to_string(settings.error()).c_str());
    return failed;
}

int init(int argc, char** argv) {
    return guarded("init", in_step() ? 0 : failed, report_fault,
                   [&] { return read_words(argc, argv); });
}

int started(spank_handle* spank) {
    return guarded("init_post_opt", failed, report_fault, [&] { return command_started(spank); });
}

int opened(spank_handle* spank) {
    const int done =
        guarded("init_post_opt", fault, report_fault, [&] { return step_opened(spank); });
    return done == fault ? step_faulted("init_post_opt") : done;
}

int planned(spank_handle* spank) {
    const int done = guarded("user_init", fault, report_fault, [&] { return step_planned(spank); });
    return done == fault ? step_faulted("user_init") : done;
}

int task(spank_handle* spank) {
    return guarded("task_init", failed, report_fault, [&] { return task_started(spank); });
}

int closed() {
    return guarded("exit", 0, report_fault, [] { return step_closed(); });
}

} // namespace
} // namespace fairlead::spank

extern "C" __attribute__((visibility("default"))) const fairlead_step_functions*
fairlead_step_part();

const fairlead_step_functions* fairlead_step_part() {
    using namespace fairlead::spank;
    static constexpr fairlead_step_functions functions{
        FAIRLEAD_STEP_ABI, init, take_option, started, opened, planned, task, closed};
    return &functions;
}
