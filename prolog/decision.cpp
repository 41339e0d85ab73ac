#include "prolog/decision.hpp"

namespace fairlead::prolog {

Decision decide(const fabric::Verdict& verdict, const Demand& demand) {
    if (!verdict.error)
        return {Act::GoOn, false};
    if (!demand.enforced)
        return {demand.asked ? Act::Refuse : Act::GoOn, true};
    const bool broken = verdict.outcome == fabric::Outcome::NodeBroken;
    return {broken ? Act::FailNode : Act::Refuse, false};
}

} // namespace fairlead::prolog
