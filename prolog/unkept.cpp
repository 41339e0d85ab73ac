#include "prolog/unkept.hpp"

#include "base/log.hpp"
#include "prolog/drain.hpp"
#include "prolog/placement_program.hpp"
#include "prolog/timing.hpp"

namespace fairlead::prolog {

int end_unkept(const JobEnvironment& job, const config::Config& config, const Arguments& arguments,
               const Error& cause, const std::string& sentence, Blame blame,
               const Deadline& deadline) {
    constexpr int go_on = 0, node_broken = 1;
    log::error(cause);
    if (blame == Blame::Node &&
        remove_from_service(config, job.node, job.partition, cause, deadline) == Removal::Drained)
        return node_broken;
    const auto ended = end_by_program(arguments, sentence, deadline.share(scontrol_time));
    if (!ended)
        log::error(ended.error());
    return go_on;
}

} // namespace fairlead::prolog
