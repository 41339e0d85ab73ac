/// fairlead-epilog: writes this node's part of the job's network report, queues what is staged out,
/// and removes what the prolog left of the job here. Slurm runs it as root. It always exits 0: what
/// it cannot do is logged and costs the node nothing.

#include "base/env.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"
#include "prolog/network.hpp"
#include "prolog/placement_word.hpp"
#include "prolog/stage_out.hpp"
#include "state/job_state.hpp"

#include <unistd.h>

using namespace fairlead;

namespace {

int run() {
    const auto job = parse_job_id(EnvView{environ}.get("SLURM_JOB_ID").value_or(""));
    if (!job) {
        log::write(log::Level::Error,
                   "SLURM_JOB_ID is not a job id: slurmd runs this program as Epilog [FL-X301]");
        return 0;
    }
    prolog::end_network_report(EnvView{environ}, *job);
    prolog::queue_results(*job);
    prolog::forget_node_copies(*job);
    prolog::forget_word(*job);
    if (auto removed = state::remove_job_state(config::run_dir, *job); !removed)
        log::write(log::Level::Error, to_string(removed.error()));
    return 0;
}

void report_fault(const char* where, const char* what) noexcept {
    log::write(log::Level::Error, std::string("fault in ") + where + ": " + what);
}

} // namespace

int main() {
    log::open_syslog("fairlead-epilog");
    return guarded("fairlead-epilog", 0, report_fault, run);
}
