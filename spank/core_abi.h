/* Between the part of a step (spank-step.so) and the planning part: plain C, so that neither side
 * shares a C++ runtime with the other. The part is there twice: spank-recorded.so plans from what
 * is recorded of the node and loads in a tenth of the time; spank-core.so does all there is.
 * Strings belong to whoever passes them and live until the call returns, except where said. */
#ifndef FAIRLEAD_CORE_ABI_H
#define FAIRLEAD_CORE_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FAIRLEAD_CORE_ABI 5
#define FAIRLEAD_CORE_SYMBOL "fairlead_core"

/* A sentence for the user, filled when a call returns FAIRLEAD_REFUSED. */
typedef struct {
    char text[512];
} fairlead_sentence;

/* FAIRLEAD_NOT_RECORDED: spank-recorded.so alone answers so; ask spank-core.so. */
enum { FAIRLEAD_OK = 0, FAIRLEAD_REFUSED = 1, FAIRLEAD_NOT_RECORDED = 2 };

typedef struct {
    const char* config_path; /* NULL for the default */
    uint32_t job_id;
    int efa_required; /* the step itself says --efa=required */
} fairlead_gate_query;

typedef struct {
    const char* config_path;  /* NULL for the default */
    const char* pin_argument; /* the request that counts, checked by the caller */
    const char* step_cores;   /* S_STEP_ALLOC_CORES, may be NULL */
    const uint32_t* ranks;    /* global ranks by local id */
    size_t rank_count;
    int cpus_per_task;        /* 0 where the user gave none */
    int threads_per_core;     /* likewise */
    const char* visible_gpus; /* the step's CUDA_VISIBLE_DEVICES; "" where unset */
    const char* step_gpus;    /* SLURM_STEP_GPUS; "" where unset */
    const char* mem_bind;     /* the user's --mem-bind: "local", "prefer,local"...; or "" */
    int wants_report; /* report_line() gives all of it, else only promises that do not hold */
} fairlead_step;

/* Made by plan(), read in every forked task, freed by release(). */
typedef struct fairlead_plan fairlead_plan;

typedef struct {
    const unsigned char* cpu_mask; /* a kernel CPU mask; NULL where the plan does not bind */
    size_t cpu_mask_size;          /* bytes */
    const char* const* replacing;  /* name, value, name, value, ..., NULL: set */
    const char* const* filling;    /* likewise: set where unset */
} fairlead_row;

typedef struct {
    uint32_t abi;
    /* May a step of this job run on this node? As root. */
    int (*gate)(const fairlead_gate_query* query, fairlead_sentence* sentence);
    /* *plan is NULL with FAIRLEAD_OK where Fairlead is paused. As the user. */
    int (*plan)(const fairlead_step* step, fairlead_plan** plan, fairlead_sentence* sentence);
    /* In slurmstepd, before it forks: what every task gets alike, and no mask; otherwise as row(),
     * which leaves it out. */
    int (*shared)(fairlead_plan* plan, fairlead_row* row, fairlead_sentence* sentence);
    /* In the task, before row(): what shows there alone, SLURMD_TRES_BIND ("" where unset), may
     * break a promise. The task that `speaks` for the node finds report_line() filled. */
    int (*begin)(fairlead_plan* plan, const char* tres_bind, int speaks,
                 fairlead_sentence* sentence);
    /* In the task, as the user: what the rank gets, and its memory policy, set at once. `visible`
     * is the task's own CUDA_VISIBLE_DEVICES, "" where unset. The row is the plan's and good until
     * the next call. FAIRLEAD_REFUSED ends the task; FAIRLEAD_OK with a sentence is a warning. */
    int (*row)(fairlead_plan* plan, size_t local_id, const char* visible, fairlead_row* row,
               fairlead_sentence* sentence);
    /* NULL after the last line; owned by the plan. */
    const char* (*report_line)(const fairlead_plan* plan, size_t index);
    void (*release)(fairlead_plan* plan);
} fairlead_core_functions;

/* The only symbol that either exports. */
const fairlead_core_functions* fairlead_core(void);

#ifdef __cplusplus
}
#endif

#endif
