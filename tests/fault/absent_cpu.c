/* A planning part whose plan binds every rank to a CPU that no machine has: what a CPU that goes
 * away between the plan and the binding comes to. */
#include "spank/core_abi.h"

enum { bytes = 1024 }; /* 8,192 CPUs, of which Linux has at most so many */

static int pass(const fairlead_gate_query* query, fairlead_sentence* sentence) {
    (void)query, (void)sentence;
    return FAIRLEAD_OK;
}

static int plan(const fairlead_step* step, fairlead_plan** made, fairlead_sentence* sentence) {
    static char any;
    (void)step, (void)sentence;
    *made = (fairlead_plan*)&any;
    return FAIRLEAD_OK;
}

static int shared(fairlead_plan* made, fairlead_row* out, fairlead_sentence* sentence) {
    static const char* const none[] = {0};
    (void)made, (void)sentence;
    *out = (fairlead_row){0, 0, none, none};
    return FAIRLEAD_OK;
}

static int row(fairlead_plan* made, size_t local_id, const char* visible, fairlead_row* out,
               fairlead_sentence* sentence) {
    static unsigned char last_cpu[bytes];
    static const char* const none[] = {0};
    (void)made, (void)local_id, (void)visible, (void)sentence;
    last_cpu[bytes - 1] = 0x80;
    *out = (fairlead_row){last_cpu, bytes, none, none};
    return FAIRLEAD_OK;
}

static int begin(fairlead_plan* made, const char* tres_bind, int speaks,
                 fairlead_sentence* sentence) {
    (void)made, (void)tres_bind, (void)speaks, (void)sentence;
    return FAIRLEAD_OK;
}

static const char* report_line(const fairlead_plan* made, size_t index) {
    (void)made, (void)index;
    return 0;
}

static void release(fairlead_plan* made) { (void)made; }

const fairlead_core_functions* fairlead_core(void) {
    static const fairlead_core_functions functions = {
        FAIRLEAD_CORE_ABI, pass, plan, shared, begin, row, report_line, release};
    return &functions;
}
