/// What the checks of a node mean for a job and for the node: a pure function, because this is
/// where a node can leave service.
#pragma once

#include "fabric/finding.hpp"
#include "prolog/job_environment.hpp"

#include <vector>

namespace fairlead::prolog {

/// In the order of how much they hurt.
enum class Act {
    GoOn,     ///< the job runs
    Refuse,   ///< the gate stops the job's steps; the node stays in service
    FailNode, ///< the node leaves service
};

struct Decision {
    Act act = Act::GoOn;
    bool observed = false;        ///< to be logged and counted as what enforce mode would have done
    std::optional<Error> error{}; ///< what it is about; empty where nothing failed
};

/// A broken node leaves service only where its partition demands what is broken and enforces that.
/// A job that asked for EFA is refused everywhere; elsewhere one that did not ask is let through.
Decision decide(const std::vector<fabric::Finding>& findings, const Demand& demand);

} // namespace fairlead::prolog
