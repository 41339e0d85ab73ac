#include "prolog/decision.hpp"

namespace fairlead::prolog {
namespace {

bool matters(const fabric::Finding& finding, const Demand& demand) {
    if (finding.state != fabric::State::Failed || !finding.error)
        return false;
    return finding.subject == fabric::Subject::Placement
               ? demand.grouped
               : demand.checked.efa != config::EfaNeed::Off;
}

Decision decide_one(const fabric::Finding& finding, const Demand& demand) {
    const bool placement = finding.subject == fabric::Subject::Placement;
    const bool asked = demand.asked && !placement;
    if (!(placement ? demand.group_enforced : demand.enforced))
        return {asked ? Act::Refuse : Act::GoOn, true, finding.error};
    // A node whose type never had EFA, or not as much as the job asks for, is healthy.
    const bool healthy = finding.error->code == Code::E202 || finding.error->code == Code::E103;
    return {healthy ? Act::Refuse : Act::FailNode, false, finding.error};
}

} // namespace

Decision decide(const std::vector<fabric::Finding>& findings, const Demand& demand) {
    Decision worst;
    for (const fabric::Finding& finding : findings) {
        if (!matters(finding, demand))
            continue;
        const Decision decision = decide_one(finding, demand);
        if (!worst.error || decision.act > worst.act)
            worst = decision;
    }
    return worst;
}

} // namespace fairlead::prolog
