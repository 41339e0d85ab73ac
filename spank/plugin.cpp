/// The entry points that Slurm looks up: each one line into the context it belongs to.

#include "spank/abi.hpp"
#include "spank/fault.hpp"
#include "spank/options.hpp"
#include "spank/step.hpp"

#define FAIRLEAD_EXPORT __attribute__((visibility("default")))

extern "C" {
FAIRLEAD_EXPORT extern const char plugin_name[] = "fairlead";
FAIRLEAD_EXPORT extern const char plugin_type[] = "spank";
FAIRLEAD_EXPORT extern const unsigned int plugin_version = SLURM_VERSION_NUMBER;
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

} // namespace
} // namespace fairlead::spank

using namespace fairlead;
using namespace fairlead::spank;

int slurm_spank_init(spank_t spank, int argc, char** argv) {
    return guarded("init", failed, report_fault, [&] {
        const int settings = read_settings(argc, argv);
        return settings == 0 && takes_options() ? register_options(spank) : settings;
    });
}

int slurm_spank_init_post_opt(spank_t spank, int, char**) {
    return guarded("init_post_opt", 0, report_fault,
                   [&] { return in_step() ? step_opened(spank) : 0; });
}

int slurm_spank_user_init(spank_t spank, int, char**) {
    return guarded("user_init", 0, report_fault,
                   [&] { return in_step() ? step_planned(spank) : 0; });
}

int slurm_spank_task_init(spank_t spank, int, char**) {
    return guarded("task_init", failed, report_fault, [&] { return task_started(spank); });
}

int slurm_spank_exit(spank_t, int, char**) {
    return guarded("exit", 0, report_fault, [] { return step_closed(); });
}
