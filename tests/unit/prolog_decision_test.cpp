#include "prolog/decision.hpp"

#include <gtest/gtest.h>

namespace fairlead::prolog {
namespace {

using config::EfaNeed;
using fabric::Outcome;

fabric::Verdict verdict_of(Outcome outcome) {
    fabric::Verdict verdict{outcome, 1, 2, std::nullopt};
    if (outcome != Outcome::Ready)
        verdict.error = Error{Code::E201, "efa: 1 of 2"};
    return verdict;
}

struct Row {
    Outcome outcome;
    EfaNeed efa;
    bool asked;
    bool enforced;
    Act act;
    bool observed;
};

constexpr auto ready = Outcome::Ready, broken = Outcome::NodeBroken, wrong = Outcome::RequestWrong;
constexpr auto required = EfaNeed::Required, preferred = EfaNeed::Preferred;

void expect(const Row& row) {
    Demand demand;
    demand.checked.efa = row.efa;
    demand.asked = row.asked;
    demand.enforced = row.enforced;
    const Decision decision = decide(verdict_of(row.outcome), demand);
    const auto where = testing::Message() << "outcome " << static_cast<int>(row.outcome) << " need "
                                          << static_cast<int>(row.efa) << " asked " << row.asked
                                          << " enforced " << row.enforced;
    EXPECT_EQ(decision.act, row.act) << where;
    EXPECT_EQ(decision.observed, row.observed) << where;
}

TEST(Decision, AReadyNodeRunsTheJob) {
    for (const bool enforced : {false, true})
        for (const bool asked : {false, true})
            expect({ready, required, asked, enforced, Act::GoOn, false});
}

TEST(Decision, OnlyAPartitionThatEnforcesTakesABrokenNodeOutOfService) {
    expect({broken, required, false, true, Act::FailNode, false});
    expect({broken, required, true, true, Act::FailNode, false});
    expect({broken, required, false, false, Act::GoOn, true});
    expect({broken, required, true, false, Act::Refuse, true});
}

TEST(Decision, AWrongRequestNeverTakesANodeOutOfService) {
    expect({wrong, required, true, false, Act::Refuse, true});
    expect({wrong, required, true, true, Act::Refuse, false});
    expect({wrong, required, false, false, Act::GoOn, true});
    expect({wrong, required, false, true, Act::Refuse, false});
}

TEST(Decision, WhereEfaIsPreferredNobodyIsHurt) {
    for (const Outcome outcome : {broken, wrong})
        expect({outcome, preferred, false, false, Act::GoOn, true});
}

} // namespace
} // namespace fairlead::prolog
