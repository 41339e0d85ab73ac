#include "policy/rule.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_rule_test {

using Op = Condition::Op;
using enum Truth;

Condition field(std::string_view name, Matcher matcher) {
    return {.op = Op::Field, .ref = *read_field(name), .matcher = std::move(matcher)};
}

Condition account(std::string word) { return field("account", OneOf{{std::move(word)}, {}}); }
Condition qos(std::string word) { return field("qos", OneOf{{std::move(word)}, {}}); }
Condition of(Op op, std::vector<Condition> parts) { return {.op = op, .parts = std::move(parts)}; }

Truth on(const Condition& condition, const JobRequest& request) {
    const JobPatch none;
    return holds(condition, {request, none});
}

TEST(PolicyRule, WithoutPartsAllHoldsAndAnyDoesNot) {
    EXPECT_EQ(on({}, {}), Yes);
    EXPECT_EQ(on(of(Op::Any, {}), {}), No);
}

TEST(PolicyRule, TheUnknownOfAnUpdateCountsOnlyWhereItDecides) {
    JobRequest update;
    update.modify = true;
    update.account = "a";
    EXPECT_EQ(on(of(Op::All, {account("a"), qos("q")}), update), Unknown);
    EXPECT_EQ(on(of(Op::All, {account("b"), qos("q")}), update), No);
    EXPECT_EQ(on(of(Op::All, {qos("q"), account("b")}), update), No);
    EXPECT_EQ(on(of(Op::Any, {qos("q"), account("a")}), update), Yes);
    EXPECT_EQ(on(of(Op::Any, {qos("q"), account("b")}), update), Unknown);
    EXPECT_EQ(on(of(Op::Not, {qos("q")}), update), Unknown);
    EXPECT_EQ(on(of(Op::Not, {account("b")}), update), Yes);
}

TEST(PolicyRule, AnUpdateTouchesWhatItNames) {
    JobRequest update;
    update.modify = true;
    update.user = "ada";
    update.qos = "q";
    JobPatch patch;
    EXPECT_TRUE(touches(of(Op::All, {account("a"), qos("x")}), {update, patch}));
    EXPECT_FALSE(touches(account("a"), {update, patch}));
    EXPECT_FALSE(touches(field("user", IsSet{true}), {update, patch}));
    EXPECT_FALSE(touches(of(Op::All, {field("user", IsSet{false}), qos("x")}), {update, patch}))
        << "what it names does not decide";
    patch.account = "b";
    EXPECT_TRUE(touches(account("a"), {update, patch}));
    patch.account.reset();
    EXPECT_TRUE(touches(account("a"), {update, patch, bit_of(*find_field("account"))}));
}

TEST(PolicyRule, ShowsTheSameWhateverTheOrder) {
    EXPECT_EQ(show(of(Op::All, {account("a"), qos("q")})),
              show(of(Op::All, {qos("q"), account("a")})));
    EXPECT_EQ(show(of(Op::All, {account("a")})), "account [a]");
    EXPECT_EQ(show(of(Op::Any, {account("a"), of(Op::Not, {qos("q")})})),
              "any(account [a]; not(qos [q]))");
    EXPECT_NE(show(of(Op::All, {account("a"), qos("q")})),
              show(of(Op::Any, {account("a"), qos("q")})));
}

} // namespace policy_rule_test
} // namespace fairlead::policy
