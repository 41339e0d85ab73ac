#include "prolog/remedy.hpp"

#include "prolog/attempts.hpp"

namespace fairlead::prolog {

Remedy decide(placement::Standing standing, const JobKind& job, bool asked_ec2,
              config::UnknownPlacement unknown) {
    using placement::Standing;
    const bool held_unknown =
        standing == Standing::Unknown && asked_ec2 && unknown == config::UnknownPlacement::Hold;
    if (standing != Standing::Violating && !held_unknown)
        return Remedy::GoOn;
    if (!job.batch || !job.may_requeue)
        return Remedy::End;
    if (held_unknown || job.attempts + 1 >= most_attempts)
        return Remedy::Hold;
    return Remedy::SendBack;
}

} // namespace fairlead::prolog
