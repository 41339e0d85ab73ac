#include "cost/budget_text.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_budget_text_test {

const Cap bio{.name = "group bio",
              .label = "bio",
              .ends = std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}};

Shortage shortage(Reaction reaction, double left, double needed, std::chrono::minutes time) {
    const auto money = [](double amount) { return Money{static_cast<std::int64_t>(amount * 1e9)}; };
    return {.reaction = reaction,
            .cap = bio,
            .qos = "low",
            .left = money(left),
            .needed = money(needed),
            .time = time};
}

TEST(BudgetText, SaysWhatIsNeededWhatThereIsUntilWhenAndWhatWouldFit) {
    EXPECT_EQ(to_string(error_of(shortage(Reaction::Hold, 118.20, 412.80, std::chrono::hours(24)))),
              "job held, not lost: needs up to $412.80, bio has $118.20 until 1 Dec. Try "
              "--time=06:52:00 or ask your budget owner. [FL-C201]");
    EXPECT_EQ(to_string(error_of(shortage(Reaction::Reject, 300, 400, std::chrono::hours(96)))),
              "job rejected: needs up to $400.00, bio has $300.00 until 1 Dec. Try "
              "--time=3-00:00:00 or ask your budget owner. [FL-C202]");
}

TEST(BudgetText, ProposesNoTimeThatIsNoMinute) {
    const auto said =
        to_string(error_of(shortage(Reaction::Hold, 0.001, 412.80, std::chrono::hours(24))));
    EXPECT_EQ(said, "job held, not lost: needs up to $412.80, bio has $0.00 until 1 Dec. Ask your "
                    "budget owner. [FL-C201]");
}

TEST(BudgetText, NamesTheQos) {
    EXPECT_EQ(to_string(error_of(shortage(Reaction::RequireQos, 1, 2, std::chrono::hours(1)))),
              "bio has used so much of its budget that this job needs --qos=low; it costs up to "
              "$2.00 [FL-C203]");
}

TEST(BudgetText, SaysOfAChangeWhatItAdds) {
    EXPECT_EQ(error_of_change(shortage(Reaction::Hold, 1.5, 2.001, {})).message,
              "the change would cost up to $2.01 more, bio has $1.50 until 1 Dec; ask your budget "
              "owner");
}

TEST(BudgetText, ANoticeSaysWhatAJobMayCost) {
    const InPartition cost{.at_most = {412'800'000'000},
                           .currency = "USD",
                           .nodes = 8,
                           .time = std::chrono::hours(24)};
    EXPECT_EQ(notice_of(cost, {.array_tasks = 3}, bio, {3'120'000'000'000}),
              "At most $412.80 (8 nodes, 24 h, 3 array tasks); bio has $3,120.00 left until 1 "
              "Dec.");
}

} // namespace cost_budget_text_test
} // namespace fairlead::cost
