#include "cost/attribution.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>
#include <random>

namespace fairlead::cost {
namespace cost_attribution_test {

using test::fails_with;
using test::succeeds;

constexpr const char* text = R"(schema: fairlead.groups/1
groups:
  bio:
    university: north
    accounts: [bio, bio-gpu]
    grants: {A: 60, B: 40}
  cfd:
    accounts: [cfd]
  duo:
    accounts: [duo]
    grants: {A: 100}
grants:
  A: {start: 2026-01-01, end: 2026-12-31}
  B: {start: 2026-06-15, end: 2026-06-30, wckeys: [bee]}
universities: {north: {}}
)";

const GroupsOverTime& groups() {
    static const GroupsOverTime all(parse_groups(text, "g.yaml").value());
    return all;
}

Charge charge(const std::string& payer, std::int64_t nanos, const std::string& day = "2026-06-20",
              const std::string& wckey = "") {
    return {.sum = {.day = day,
                    .kind = "run",
                    .payer = payer,
                    .wckey = wckey,
                    .currency = "USD",
                    .node_seconds = 10,
                    .amount = {nanos}}};
}

/// "A 6, B 4"
std::string parts(const Charge& charge) {
    Attribution attribution(groups());
    std::string shown;
    EXPECT_TRUE(succeeds(attribution.parts(charge, [&](const Attributed& part) {
        shown += fmt::format("{}{} {}", shown.empty() ? "" : ", ",
                             part.grant.empty() ? "-" : part.grant, part.amount.nanos);
    })));
    return shown;
}

TEST(Attribution, APayerIsOfAGroup) {
    Attribution attribution(groups());
    const auto group_of = [&](const std::string& payer) {
        const Charge owed = charge(payer, 1);
        const Group* group = attribution.whole(owed).group;
        return group ? group->name : "-";
    };
    EXPECT_EQ(group_of("account:bio-gpu"), "bio");
    EXPECT_EQ(group_of("account:cfd"), "cfd");
    EXPECT_EQ(group_of("account:other"), "-");
    EXPECT_EQ(group_of("group:bio"), "bio");
    EXPECT_EQ(group_of("grant:B"), "bio");
    EXPECT_EQ(group_of("grant:A"), "-") << "two groups share it";
    EXPECT_EQ(group_of("pool:storage"), "-");
    const Charge pool = charge("pool:storage", 1), north = charge("university:north", 1);
    EXPECT_EQ(attribution.whole(pool).pool, "storage");
    EXPECT_EQ(attribution.whole(north).university, "north");
}

TEST(Attribution, GrantsShareWhatAGroupCostsWhileTheyRun) {
    EXPECT_EQ(parts(charge("account:bio", 10)), "A 6, B 4");
    EXPECT_EQ(parts(charge("account:bio", 10, "2026-06-30")), "A 6, B 4");
    EXPECT_EQ(parts(charge("account:bio", 10, "2026-07-01")), "A 6, - 4");
    EXPECT_EQ(parts(charge("account:bio", 10, "2026-06-14")), "A 6, - 4");
    EXPECT_EQ(parts(charge("account:cfd", 10)), "- 10");
    EXPECT_EQ(parts(charge("grant:B", 10)), "B 10");
    EXPECT_EQ(parts(charge("account:bio", -3)), "A -2, B -1");
}

TEST(Attribution, AWorkloadKeyNamesTheGrantThatPaysAll) {
    EXPECT_EQ(parts(charge("account:bio", 10, "2026-06-20", "bee")), "B 10");
    EXPECT_EQ(parts(charge("account:bio", 10, "2026-07-20", "bee")), "A 6, - 4");
    EXPECT_EQ(parts(charge("account:duo", 10, "2026-06-20", "bee")), "A 10")
        << "a user names no other group's grant";
}

TEST(Attribution, AClosedMonthKeepsItsGroups) {
    std::string before = text;
    before.replace(before.find("A: 60, B: 40"), 12, "A: 10, B: 90");
    const auto over_time = GroupsOverTime::with(parse_groups(text, "g").value(),
                                                {{.month = "2026-05", .groups = before}});
    ASSERT_TRUE(succeeds(over_time));
    const auto share = [&](std::string_view day) {
        return over_time->on(day).groups.front().grants.front().parts;
    };
    EXPECT_EQ(share("2026-05-31"), 10'000'000);
    EXPECT_EQ(share("2025-01-01"), 10'000'000);
    EXPECT_EQ(share("2026-06-01"), 60'000'000);
    EXPECT_TRUE(
        fails_with(GroupsOverTime::with({}, {{.month = "2026-05", .groups = "x: 1"}}), Code::X105));
}

/// Property: parts are never more or less than the whole.
TEST(Attribution, PartsSumToTheWhole) {
    std::mt19937_64 random(3);
    Attribution attribution(groups());
    for (int i = 0; i < 2000; ++i) {
        const Charge owed =
            charge(i % 3 == 0 ? "account:cfd" : "account:bio",
                   static_cast<std::int64_t>(random() % 2'000'001) - 1'000'000,
                   fmt::format("2026-06-{:02}", 1 + random() % 30), i % 5 == 0 ? "bee" : "");
        std::int64_t nanos = 0, seconds = 0;
        ASSERT_TRUE(succeeds(attribution.parts(owed, [&](const Attributed& part) {
            nanos += part.amount.nanos;
            seconds += part.node_seconds;
        })));
        EXPECT_EQ(nanos, owed.sum.amount.nanos);
        EXPECT_EQ(seconds, 10);
    }
}

} // namespace cost_attribution_test
} // namespace fairlead::cost
