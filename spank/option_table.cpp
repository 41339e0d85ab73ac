#include "spank/option_table.hpp"

#include "spank/step_abi.h"

namespace fairlead::spank {
namespace {

constexpr int needs_argument = 1, takes_argument = 2;

struct Entry {
    const char* name;
    const char* argument;
    const char* usage;
    int has_argument;
};

/// In the order of step_abi.h.
constexpr Entry entries[] = {
    {"efa-pin", "ARGS",
     "[fairlead] bind ranks close to their EFA interface and GPU; ARGS: on, off, "
     "by:auto|gpu|nic|numa|l3|compact|spread|none, verbose, dry-run and more, joined "
     "with commas; --efa-pin=help lists them",
     takes_argument},
    {"efa", "required|preferred|off",
     "[fairlead] require nodes with working EFA; bare means required", takes_argument},
    {"efa-interfaces", "N", "[fairlead] least number of EFA interfaces on each node",
     needs_argument},
    {"placement", "cluster|partition|spread|capacity-block|any",
     "[fairlead] how EC2 must have placed the nodes", needs_argument},
    {"max-layer", "1|2|3|any",
     "[fairlead] how many layers of EC2's network may lie above the nodes: 1 keeps "
     "them under one leaf",
     needs_argument},
    {"same-az", "yes|no", "[fairlead] all nodes in one Availability Zone; bare means yes",
     takes_argument},
    {"stage-in", "SRC:DST",
     "[fairlead] copy s3://BUCKET/PREFIX/ or a path to a path before the job "
     "starts; or profile=NAME; may be repeated",
     needs_argument},
    {"stage-out", "SRC:DST",
     "[fairlead] copy a path to s3://BUCKET/PREFIX/ or a path after the job "
     "has ended; or profile=NAME; may be repeated",
     needs_argument},
};
static_assert(sizeof entries / sizeof *entries == FAIRLEAD_OPTION_COUNT);

} // namespace

int register_options(spank_t spank, spank_opt_cb_f callback) {
    for (int i = 0; i < FAIRLEAD_OPTION_COUNT; ++i) {
        const Entry& entry = entries[i];
        // Slurm copies the texts, which its structure declares as if it wrote to them.
        spank_option option{const_cast<char*>(entry.name),
                            const_cast<char*>(entry.argument),
                            const_cast<char*>(entry.usage),
                            entry.has_argument,
                            i,
                            callback};
        if (spank_option_register(spank, &option) != ESPANK_SUCCESS) {
            slurm_error("fairlead: option --%s cannot be registered", entry.name);
            return failed;
        }
    }
    return 0;
}

} // namespace fairlead::spank
