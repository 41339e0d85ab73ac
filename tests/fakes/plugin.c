/* A plugin as Slurm would load it: with a stamp, and with a fault where one is asked for. */
#include <stdint.h>
#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT const uint32_t plugin_version = STAMP;

void slurm_info(const char* format, ...);
void fairlead_no_such_function(void);

EXPORT void log_something(void) { slurm_info("plugin"); }

#ifdef CRASHES
__attribute__((constructor)) static void crash(void) { abort(); }
#endif

#ifdef UNDEFINED
EXPORT void call_nobody(void) { fairlead_no_such_function(); }
#endif
