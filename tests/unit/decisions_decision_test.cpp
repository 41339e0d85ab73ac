#include "decisions/decision.hpp"

#include <gtest/gtest.h>

namespace fairlead::decisions {
namespace decisions_decision_test {

const std::string record = state::encode(
    {.fabric = {.efa = config::EfaNeed::Required, .efa_interfaces = 2, .group = "pg;1"},
     .asked = true});

/// "by: what" of each.
std::vector<std::string> shown(const Decisions& decisions) {
    std::vector<std::string> lines;
    for (const Decision& decision : decisions)
        lines.push_back(decision.by + ": " + decision.what);
    return lines;
}
using Lines = std::vector<std::string>;

TEST(Decisions, OfACommentAreToldInWords) {
    EXPECT_EQ(shown(in_comment(record + ";fairlead-hold=00c0ffee00c0ffee,at-most=30.5USD;by hand;"
                                        "fairlead: attempt 2 of 3: nodes span 2 leaves [FL-E220];"
                                        "FL-S110: s3://lab/a not found. Job 7 held")),
              (Lines{"admission: efa required, at least 2 interfaces on each node, placement group "
                     "pg;1; the job itself asked for EFA",
                     "budget: its group's budget holds at most 30.5USD for it",
                     "placement: attempt 2 of 3: nodes span 2 leaves [FL-E220]",
                     "staging: FL-S110: s3://lab/a not found. Job 7 held"}));
}

TEST(Decisions, ACostThatNoBudgetHoldsIsTold) {
    EXPECT_EQ(shown(in_comment("fairlead-cost=at-most=30.5USD")),
              (Lines{"budget: at most 30.5USD; no budget holds it"}));
}

TEST(Decisions, CarryTheirCodeAndWhatToDo) {
    const auto decisions =
        in_comment("fairlead-stopped=FL-C203;FL-S110: gone;fairlead-stopped=held [FL-C201]");
    ASSERT_EQ(decisions.size(), 3u);
    EXPECT_EQ(decisions[2].code, Code::C201);
    EXPECT_EQ(decisions[0].code, Code::C203);
    EXPECT_EQ(decisions[0].next, entry_of(Code::C203).action);
    EXPECT_EQ(decisions[1].code, Code::S110);
}

TEST(Decisions, WordsOfOthersAreNone) {
    for (const char* comment :
         {"", "run by hand", "x;y;z", "fairlead-holding=1", "{\"schema\":\"fairlead.admitted/1\"",
          "{\"schema\":\"fairlead.admitted/1\",\"efa\":7}", ";;;", "{}"})
        EXPECT_TRUE(in_comment(comment).empty()) << comment;
}

TEST(Decisions, ATextIsMadeFitForATerminal) {
    const auto decisions = in_comment("FL-S: \x1b[2J" + std::string(9000, 'x'));
    ASSERT_EQ(decisions.size(), 1u);
    EXPECT_EQ(decisions[0].what.find('\x1b'), std::string::npos);
    EXPECT_LT(decisions[0].what.size(), 1100u);
}

TEST(Decisions, APlaceIsJudgedWhereOneIsDemanded) {
    config::Config config;
    const std::vector<std::string> nodes{"a", "b"};
    placement::Snapshot places{.taken = "2026-11-22T10:00:00Z", .region = {}, .nodes = {}};
    places.nodes["a"] = {.instance = "i-1", .type = "t", .path = {"t", "m", "l1"}, .zone = "z"};
    places.nodes["b"] = {.instance = "i-2", .type = "t", .path = {"t", "m", "l2"}, .zone = "z"};
    EXPECT_FALSE(by_place(nodes, places, config, "hpc", {}));
    config.partitions["hpc"].fabric.max_layer = 1;
    const auto violated = by_place(nodes, places, config, "hpc", {});
    ASSERT_TRUE(violated);
    EXPECT_EQ(violated->code, Code::E220);
    config.partitions["hpc"].fabric.max_layer = 2;
    const auto fits = by_place(nodes, places, config, "hpc", {});
    ASSERT_TRUE(fits);
    EXPECT_EQ(fits->what, "a,b lie as demanded, by what EC2 said on 2026-11-22T10:00:00Z");
    config.partitions["hpc"].mode = config::Mode::Off;
    EXPECT_FALSE(by_place(nodes, places, config, "hpc", {}));
    const state::Admitted asked{.fabric = {.max_layer = 1}, .asked = false};
    EXPECT_EQ(by_place(nodes, places, config, "hpc", asked)->code, Code::E220);
    EXPECT_FALSE(by_place({}, places, config, "hpc", asked));
}

TEST(Decisions, NodesThatWereDrainedAreNamedWithTheReason) {
    const std::vector<std::string> nodes{"n1", "n2"};
    const auto known = setup::parse_nodes(
        "NodeName=n1 State=IDLE\nNodeName=n2 State=DRAIN Reason=efa: 1 of 2 [FL-E201] [root@x]\n"
        "NodeName=n3 State=DRAIN Reason=efa: 1 of 2 [FL-E201]\n");
    const auto decisions = by_nodes(nodes, known);
    ASSERT_EQ(decisions.size(), 1u);
    EXPECT_EQ(decisions[0].code, Code::E201);
    EXPECT_TRUE(decisions[0].what.starts_with("n2 is out of service: efa: 1 of 2"));
}

TEST(Decisions, ThePartitionSaysWhoseWordCounts) {
    config::Config config;
    config.partitions["hpc"].fabric.efa = config::EfaNeed::Required;
    EXPECT_EQ(by_partition(config, "hpc").what,
              "hpc has efa required, mode observe; nodes take the job's own word");
}

} // namespace decisions_decision_test
} // namespace fairlead::decisions
