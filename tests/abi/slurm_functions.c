/* The names of slurm_symbols.txt, so that a plugin can be loaded without Slurm. Those of the log do
 * nothing; none of the others is called. */
#include <stdlib.h>

#define NEVER_CALLED(name)                                                                         \
    void name(void);                                                                               \
    void name(void) { abort(); }

int slurm_error(const char* format, ...);
int slurm_error(const char* format, ...) {
    (void)format;
    return 0;
}
void slurm_info(const char* format, ...);
void slurm_info(const char* format, ...) { (void)format; }

NEVER_CALLED(slurm_spank_log)
NEVER_CALLED(slurm_xcalloc)
NEVER_CALLED(slurm_xfree)
NEVER_CALLED(slurm_xstrdup)
NEVER_CALLED(spank_context)
NEVER_CALLED(spank_get_item)
NEVER_CALLED(spank_getenv)
NEVER_CALLED(spank_option_register)
NEVER_CALLED(spank_job_control_setenv)
NEVER_CALLED(spank_setenv)
NEVER_CALLED(spank_unsetenv)
