#include "prolog/decision.hpp"

#include <gtest/gtest.h>

namespace fairlead::prolog {
namespace prolog_decision_test {

using config::EfaNeed;
using fabric::Finding;
using fabric::State;
using fabric::Subject;

Finding failed(Code code, Subject subject = Subject::Efa) {
    return {.check = "x",
            .found = "",
            .expected = "",
            .state = State::Failed,
            .error = Error{code, "because"},
            .subject = subject};
}
const Finding fine{.check = "x", .found = "", .expected = ""};
const Finding unknown{.check = "x", .found = "", .expected = "y", .state = State::Unknown};

struct Row {
    Code code;
    EfaNeed efa;
    bool asked;
    bool enforced;
    Act act;
    bool observed;
};

constexpr auto broken = Code::E201, wrong = Code::E202;
constexpr auto required = EfaNeed::Required, preferred = EfaNeed::Preferred;

Demand demand_of(EfaNeed efa, bool asked, bool enforced) {
    Demand demand;
    demand.checked.efa = efa;
    demand.asked = asked;
    demand.enforced = enforced;
    return demand;
}

void expect(const Row& row) {
    const Decision decision =
        decide({fine, failed(row.code)}, demand_of(row.efa, row.asked, row.enforced));
    const auto where = testing::Message()
                       << id_of(row.code) << " need " << static_cast<int>(row.efa) << " asked "
                       << row.asked << " enforced " << row.enforced;
    EXPECT_EQ(decision.act, row.act) << where;
    EXPECT_EQ(decision.observed, row.observed) << where;
    ASSERT_TRUE(decision.error) << where;
    EXPECT_EQ(decision.error->code, row.code) << where;
}

TEST(Decision, ANodeInOrderRunsTheJob) {
    for (const bool enforced : {false, true})
        for (const bool asked : {false, true}) {
            const auto decision = decide({fine, fine}, demand_of(required, asked, enforced));
            EXPECT_EQ(decision.act, Act::GoOn);
            EXPECT_FALSE(decision.observed);
            EXPECT_FALSE(decision.error);
        }
}

// What does not answer is not broken.
TEST(Decision, WhatIsNotKnownHurtsNobody) {
    const auto decision = decide({unknown, unknown}, demand_of(required, true, true));
    EXPECT_EQ(decision.act, Act::GoOn);
    EXPECT_FALSE(decision.observed);
}

TEST(Decision, OnlyAPartitionThatEnforcesTakesABrokenNodeOutOfService) {
    expect({broken, required, false, true, Act::FailNode, false});
    expect({broken, required, true, true, Act::FailNode, false});
    expect({broken, required, false, false, Act::GoOn, true});
    expect({broken, required, true, false, Act::Refuse, true});
}

TEST(Decision, AWrongRequestNeverTakesANodeOutOfService) {
    for (const Code code : {wrong, Code::E103}) {
        expect({code, required, true, false, Act::Refuse, true});
        expect({code, required, true, true, Act::Refuse, false});
        expect({code, required, false, false, Act::GoOn, true});
        expect({code, required, false, true, Act::Refuse, false});
    }
}

TEST(Decision, WhereEfaIsPreferredNobodyIsHurt) {
    for (const Code code : {broken, wrong})
        expect({code, preferred, false, false, Act::GoOn, true});
}

TEST(Decision, TheFirstOfThoseThatHurtMostIsTheReason) {
    const auto decision = decide({failed(wrong), failed(Code::E206), failed(Code::E214)},
                                 demand_of(required, false, true));
    EXPECT_EQ(decision.act, Act::FailNode);
    EXPECT_EQ(decision.error->code, Code::E206);
}

TEST(Decision, AnotherPlacementGroupCountsWhereThePartitionDemandsOne) {
    const std::vector<Finding> findings{failed(Code::E210, Subject::Placement)};
    Demand demand = demand_of(required, true, true);
    EXPECT_FALSE(decide(findings, demand).error);
    demand.grouped = true;
    EXPECT_EQ(decide(findings, demand).act, Act::GoOn);
    EXPECT_TRUE(decide(findings, demand).observed);
    demand.group_enforced = true;
    EXPECT_EQ(decide(findings, demand).act, Act::FailNode);
}

TEST(Decision, AJobWithoutEfaIsNotHurtByABrokenEfa) {
    Demand demand = demand_of(EfaNeed::Off, false, false);
    demand.grouped = demand.group_enforced = true;
    EXPECT_FALSE(decide({failed(broken)}, demand).error);
}

} // namespace prolog_decision_test
} // namespace fairlead::prolog
