#include "prolog/decision.hpp"

#include <gtest/gtest.h>

namespace fairlead::prolog {
namespace {

using config::EfaNeed;
using config::Mode;
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
    Mode mode;
    Act act;
    bool observed;
};

constexpr auto ready = Outcome::Ready, broken = Outcome::NodeBroken, wrong = Outcome::RequestWrong;
constexpr auto required = EfaNeed::Required, preferred = EfaNeed::Preferred;

void expect(const Row& row) {
    Demand demand;
    demand.efa = row.efa;
    demand.asked = row.asked;
    demand.mode = row.mode;
    const Decision decision = decide(verdict_of(row.outcome), demand);
    const auto where = testing::Message()
                       << "outcome " << static_cast<int>(row.outcome) << " need "
                       << static_cast<int>(row.efa) << " asked " << row.asked << " mode "
                       << static_cast<int>(row.mode);
    EXPECT_EQ(decision.act, row.act) << where;
    EXPECT_EQ(decision.observed, row.observed) << where;
}

TEST(Decision, AReadyNodeRunsTheJobInEveryMode) {
    for (const Mode mode : {Mode::Off, Mode::Observe, Mode::Enforce})
        for (const bool asked : {false, true})
            expect({ready, required, asked, mode, Act::GoOn, false});
}

TEST(Decision, OnlyAnEnforcingPartitionTakesABrokenNodeOutOfService) {
    expect({broken, required, false, Mode::Enforce, Act::FailNode, false});
    expect({broken, required, true, Mode::Enforce, Act::FailNode, false});
    expect({broken, required, false, Mode::Observe, Act::GoOn, true});
    expect({broken, required, true, Mode::Observe, Act::Refuse, true});
    expect({broken, required, true, Mode::Off, Act::Refuse, true});
}

TEST(Decision, AWrongRequestNeverTakesANodeOutOfService) {
    for (const Mode mode : {Mode::Off, Mode::Observe, Mode::Enforce})
        expect({wrong, required, true, mode, Act::Refuse, mode != Mode::Enforce});
    expect({wrong, required, false, Mode::Observe, Act::GoOn, true});
    expect({wrong, required, false, Mode::Enforce, Act::Refuse, false});
}

TEST(Decision, WhereEfaIsPreferredNobodyIsHurt) {
    for (const Mode mode : {Mode::Off, Mode::Observe, Mode::Enforce})
        for (const Outcome outcome : {broken, wrong})
            expect({outcome, preferred, false, mode, Act::GoOn, true});
}

} // namespace
} // namespace fairlead::prolog
