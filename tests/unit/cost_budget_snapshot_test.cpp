#include "budgets.hpp"
#include "expect_error.hpp"

namespace fairlead::cost {
namespace cost_budget_snapshot_test {

using test::fails_with;

BudgetSnapshot full() {
    BudgetSnapshot snapshot = test::budget_site();
    snapshot.partitions[0].cpus = 96;
    snapshot.partitions[0].default_time = std::chrono::hours(1);
    snapshot.groups[0].when_stale = WhenStale::Closed;
    snapshot.groups[0].quiet = true;
    snapshot.holds = {0xfedcba9876543210, 7};
    snapshot.jobs = {{.job = 4711,
                      .group = 1,
                      .partitions = "hpc,gpu",
                      .qos = "low",
                      .size = {.least_nodes = 2,
                               .tasks = 64,
                               .gpus = 8,
                               .memory_mb_a_node = 4000,
                               .array_tasks = 30},
                      .at_most = {123},
                      .stopped = true},
                     {.job = 4712,
                      .user = "ada",
                      .size = {.cpus = 9,
                               .named_nodes = 3,
                               .threads_per_core = 1,
                               .unlimited = true,
                               .spread = true},
                      .gone = true,
                      .end = test::noon}};
    snapshot.partitions[0].nodes = 12;
    snapshot.partitions[0].memory_is_free = true;
    snapshot.members = {{"bio", {"ada", "ben"}}, {"cfd", {}}};
    return snapshot;
}

TEST(BudgetSnapshot, IsReadAsItWasWritten) {
    const std::string text = encode(full());
    const auto again = decode_budgets(text, "test");
    ASSERT_TRUE(test::succeeds(again));
    EXPECT_EQ(encode(*again), text);
    EXPECT_EQ(again->holds, full().holds);
    EXPECT_EQ(again->groups[0].when_stale, WhenStale::Closed);
    EXPECT_EQ(again->jobs[0].size.array_tasks, 30u);
    EXPECT_EQ(again->jobs[0].size.memory_mb_a_node, 4000u);
    EXPECT_TRUE(again->partitions[0].memory_is_free);
    EXPECT_EQ(again->jobs[0].size.most_nodes, std::nullopt);
    EXPECT_TRUE(again->jobs[1].size.unlimited);
    EXPECT_EQ(again->jobs[1].group, std::nullopt);
    EXPECT_TRUE(again->jobs[1].size.spread && again->jobs[1].gone);
    EXPECT_EQ(again->jobs[1].size.named_nodes, 3u);
    EXPECT_EQ(again->jobs[1].end, test::noon);
    EXPECT_EQ(again->members.at(0).users, (std::vector<std::string>{"ada", "ben"}));
    EXPECT_TRUE(again->members.at(1).users.empty());
    EXPECT_EQ(again->caps[0].thresholds[1].qos, "low");
}

/// The text with one part of it replaced.
Result<BudgetSnapshot> with(const std::string& part, const std::string& other) {
    std::string text = encode(full());
    const std::size_t at = text.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    return decode_budgets(text.replace(at, part.size(), other), "budgets.json");
}

TEST(BudgetSnapshot, WhatIsNoneIsRefusedAsAWhole) {
    EXPECT_TRUE(fails_with(decode_budgets("", "budgets.json"), Code::C207, "budgets.json"));
    EXPECT_TRUE(fails_with(with("fairlead.budgets/1", "fairlead.budgets/9"), Code::C207, "schema"));
    EXPECT_TRUE(fails_with(with("\"caps\":[0,2,3]", "\"caps\":[0,2,9]"), Code::C207, "bio"));
    EXPECT_TRUE(fails_with(with("\"caps\":[0,2,3]", "\"caps\":[0,1,2,3]"), Code::C207, "three"));
    EXPECT_TRUE(fails_with(with("\"group\":1", "\"group\":5"), Code::C207, "4711"));
    EXPECT_TRUE(fails_with(with("\"when_stale\":3", "\"when_stale\":4"), Code::C207));
    EXPECT_TRUE(fails_with(with("require_qos", "requireqos"), Code::C207, "requireqos"));
    EXPECT_TRUE(fails_with(with("\"job\":4711", "\"job\":\"a\""), Code::C207));
    EXPECT_TRUE(fails_with(with("\"taken\":", "\"token\":"), Code::C207, "taken"));
}

TEST(BudgetSnapshot, TheFileIsForItsOwnerAlone) {
    const test::TempFolder folder;
    const auto file = folder.path() / "budgets.json";
    EXPECT_TRUE(fails_with(read_budgets(file), Code::X101));
    ASSERT_TRUE(test::succeeds(write_budgets(file, full())));
    EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
    EXPECT_EQ(encode(read_budgets(file).value()), encode(full()));
    EXPECT_TRUE(fails_with(write_budgets(folder.path() / "no" / "file", full()), Code::C207));
}

} // namespace cost_budget_snapshot_test
} // namespace fairlead::cost
