/// The entry points that Slurm looks up: each one line into the context it belongs to.

#include "spank/abi.hpp"
#include "spank/fault.hpp"
#include "spank/options.hpp"
#include "spank/settings.hpp"
#include "spank/step.hpp"

#include <utility>

#define FAIRLEAD_EXPORT __attribute__((visibility("default")))

extern "C" {
FAIRLEAD_EXPORT extern const char plugin_name[] = "fairlead";
FAIRLEAD_EXPORT extern const char plugin_type[] = "spank";
FAIRLEAD_EXPORT extern const unsigned int plugin_version = fairlead::spank::built_for;
FAIRLEAD_EXPORT extern const unsigned int spank_plugin_version = 1;

FAIRLEAD_EXPORT int slurm_spank_init(spank_t spank, int argc, char** argv);
FAIRLEAD_EXPORT int slurm_spank_init_post_opt(spank_t spank, int argc, char** argv);
FAIRLEAD_EXPORT int slurm_spank_user_init(spank_t spank, int argc, char** argv);
FAIRLEAD_EXPORT int slurm_spank_task_init(spank_t spank, int argc, char** argv);
FAIRLEAD_EXPORT int slurm_spank_exit(spank_t spank, int argc, char** argv);
}

namespace fairlead::spank {

void report_fault(const char* where, const char* what) noexcept {
    slurm_error("fairlead: fault in %s: %s", where, what);
}

namespace {

bool in_step() { return spank_context() == S_CTX_REMOTE; }

bool takes_options() {
    const spank_context_t context = spank_context();
    return context == S_CTX_LOCAL || context == S_CTX_ALLOCATOR || context == S_CTX_REMOTE;
}

/// A mistake in plugstack.conf ends srun, sbatch and salloc, and stops slurmd from starting. In
/// slurmstepd it would drain the node, so there it refuses the step.
int initialised(spank_t spank, int argc, char** argv) {
    static bool called_before = false; // the same line twice in plugstack.conf
    if (std::exchange(called_before, true))
        return 0;
    const auto settings = read_settings(argc, argv);
    if (!settings && in_step())
        refuse_step(settings.error());
    if (!settings && spank_context() == S_CTX_JOB_SCRIPT)
        return 0; // beside a prolog or an epilog, where a failure drains the node as well
    if (!settings && !in_step()) {
        slurm_error("fairlead: %s", to_string(settings.error()).c_str());
        return failed;
    }
    if (!takes_options())
        return 0;
    const int registered = register_options(spank);
    return in_step() ? 0 : registered;
}

} // namespace
} // namespace fairlead::spank

using namespace fairlead;
using namespace fairlead::spank;

int slurm_spank_init(spank_t spank, int argc, char** argv) {
    return guarded("init", in_step() ? 0 : failed, report_fault,
                   [&] { return initialised(spank, argc, argv); });
}

int slurm_spank_init_post_opt(spank_t spank, int, char**) {
    constexpr int fault = 1;
    if (takes_options() && !in_step())
        return guarded("init_post_opt", failed, report_fault, [] { return command_started(); });
    const int done = guarded("init_post_opt", fault, report_fault,
                             [&] { return in_step() ? step_opened(spank) : 0; });
    return done == fault ? step_faulted("init_post_opt") : done;
}

int slurm_spank_user_init(spank_t spank, int, char**) {
    constexpr int fault = 1;
    const int done = guarded("user_init", fault, report_fault,
                             [&] { return in_step() ? step_planned(spank) : 0; });
    return done == fault ? step_faulted("user_init") : done;
}

int slurm_spank_task_init(spank_t spank, int, char**) {
    return guarded("task_init", failed, report_fault, [&] { return task_started(spank); });
}

int slurm_spank_exit(spank_t, int, char**) {
    return guarded("exit", 0, report_fault, [] { return step_closed(); });
}
