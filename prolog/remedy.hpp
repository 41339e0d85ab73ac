/// What becomes of a job whose nodes lie otherwise than demanded: a pure function.
#pragma once

#include "config/config.hpp"
#include "placement/verdict.hpp"

namespace fairlead::prolog {

enum class Remedy {
    GoOn,
    SendBack, ///< requeue, keep it from the nodes that do not fit, release
    Hold,     ///< requeue and stay held, for people to look at
    End,      ///< srun and salloc cannot be requeued: cancel, with the reason on the terminal
};

struct JobKind {
    bool batch;
    bool may_requeue;
    int attempts; ///< how often it was sent back before
};

/// `asked_ec2`: what is unknown stays so, because EC2 was asked just now.
Remedy decide(placement::Standing standing, const JobKind& job, bool asked_ec2,
              config::UnknownPlacement unknown);

} // namespace fairlead::prolog
