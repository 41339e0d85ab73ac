/// What a verdict on a node means for a job and for the node: a pure function, because this is
/// where a node can leave service.
#pragma once

#include "fabric/verdict.hpp"
#include "prolog/job_environment.hpp"

namespace fairlead::prolog {

enum class Act {
    GoOn,     ///< the job runs
    Refuse,   ///< the gate stops the job's steps; the node stays in service
    FailNode, ///< the node leaves service
};

struct Decision {
    Act act;
    bool observed; ///< to be logged and counted as what enforce mode would have done
};

/// A broken node leaves service only where its partition requires EFA and enforces that. A job that
/// asked for EFA is refused everywhere; elsewhere one that did not ask is let through.
Decision decide(const fabric::Verdict& verdict, const Demand& demand);

} // namespace fairlead::prolog
