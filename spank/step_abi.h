/* Between the front (spank_fairlead.so), which every srun, sbatch, salloc and slurmstepd maps, and
 * the part that reads options and does the work of a step (spank-step.so), which is loaded when
 * something asks for it and stays: plain C, so that the front needs no C++ runtime. Failures are
 * -1, and every fault of our own is caught in the part. */
#ifndef FAIRLEAD_STEP_ABI_H
#define FAIRLEAD_STEP_ABI_H

#include <stdint.h>

struct spank_handle;

#define FAIRLEAD_STEP_ABI 1
#define FAIRLEAD_STEP_SYMBOL "fairlead_step_part"

/* spank_option.val of the options: the fabric options stand in the order of
 * config::fabric_options(). */
enum {
    FAIRLEAD_OPTION_PIN = 0,
    FAIRLEAD_OPTION_FABRIC = 1,
    FAIRLEAD_OPTION_STAGE_IN = 6,
    FAIRLEAD_OPTION_STAGE_OUT = 7,
    FAIRLEAD_OPTION_COUNT = 8
};

typedef struct {
    uint32_t abi;
    /* First, once: the words behind the plugin in plugstack.conf, which must stay where they are.
     * Fails where the command must end; in slurmstepd the step is refused later. */
    int (*init)(int argc, char** argv);
    /* An option's value as Slurm gives it to spank_opt_cb_f. */
    int (*option)(int index, const char* argument, int remote);
    /* init_post_opt of a command. */
    int (*command_started)(struct spank_handle* spank);
    /* init_post_opt of slurmstepd, as root. */
    int (*step_opened)(struct spank_handle* spank);
    /* user_init. */
    int (*step_planned)(struct spank_handle* spank);
    /* task_init. */
    int (*task_started)(struct spank_handle* spank);
    int (*step_closed)(void);
} fairlead_step_functions;

#endif
