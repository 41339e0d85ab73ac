/* The names of slurm_symbols.txt, so that a plugin can be loaded without Slurm. None is called. */
#include <stdlib.h>

#define NEVER_CALLED(name)                                                                         \
    void name(void);                                                                               \
    void name(void) { abort(); }

NEVER_CALLED(slurm_error)
NEVER_CALLED(slurm_info)
NEVER_CALLED(slurm_spank_log)
NEVER_CALLED(slurm_xcalloc)
NEVER_CALLED(slurm_xfree)
NEVER_CALLED(slurm_xstrdup)
NEVER_CALLED(spank_context)
NEVER_CALLED(spank_get_item)
NEVER_CALLED(spank_getenv)
NEVER_CALLED(spank_option_register)
NEVER_CALLED(spank_setenv)
