#include "policy/rule_reader.hpp"

#include "config/config.hpp"
#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_rule_reader_test {

using test::fails_with;
using test::succeeds;

Result<Rules> read(const std::string& rest) {
    return parse_rules("schema: fairlead.policy/1\n" + rest, "/x/p.yaml");
}

Result<Rules> one(const std::string& rule) { return read("policy:\n- " + rule + "\n"); }

TEST(RuleReader, ReadsEveryAction) {
    const auto rules = one("{name: all, when: {partition: gpu}, reject: r, warn: w, hold: true, "
                           "require: [account], cap: {time_limit: 24h}, append: {features: efa}, "
                           "route: {qos: long}, set: {exclusive: true}, default: {memory: 4G}, "
                           "stop: true}");
    ASSERT_TRUE(succeeds(rules));
    ASSERT_EQ(rules->size(), 1u);
    const Rule& rule = rules->front();
    EXPECT_EQ(rule.name, "all");
    EXPECT_EQ(rule.place, "/x/p.yaml:3:3");
    EXPECT_TRUE(rule.stop);
    EXPECT_EQ(show(rule.when), "partition [gpu]");
    std::vector<Verb> verbs;
    for (const Action& action : rule.actions)
        verbs.push_back(action.verb);
    using enum Verb;
    EXPECT_EQ(verbs, (std::vector{Default, Set, Route, Append, Cap, Require, Hold, Warn, Reject}));
    EXPECT_EQ(std::get<std::uint64_t>(rule.actions[0].value), 4096u);
    EXPECT_EQ(std::get<std::uint64_t>(rule.actions[4].value), 1440u);
    EXPECT_TRUE(std::get<bool>(rule.actions[1].value));
    EXPECT_EQ(std::get<std::string>(rule.actions[2].value), "long");
}

TEST(RuleReader, OfAConfigurationOnlyThePolicyIsRead) {
    const std::string text = "schema: fairlead.config/1\nstate_dir: /x\n"
                             "policy: [{name: a, hold: true}]\n";
    const auto rules = parse_rules(text, "/x/fairlead.yaml");
    ASSERT_TRUE(succeeds(rules));
    EXPECT_EQ(rules->size(), 1u);
    EXPECT_TRUE(succeeds(config::parse(text, "/x/fairlead.yaml")));
    EXPECT_TRUE(parse_rules("schema: fairlead.config/1\n", "/x/fairlead.yaml")->empty());
}

TEST(RuleReader, AnUnknownKeyIsRefusedWithTheNearest) {
    EXPECT_TRUE(fails_with(one("{name: a, rejct: b}"), Code::X105,
                           "/x/p.yaml:3:13: unknown key 'rejct' in rule a, did you mean "
                           "'reject'?"));
    EXPECT_TRUE(fails_with(one("{name: a, set: {acount: b}}"), Code::X105, "'account'"));
    EXPECT_TRUE(fails_with(one("{name: a, cap: {account: b}}"), Code::X105, "'account' in cap"));
    EXPECT_TRUE(fails_with(one("{name: a, route: {account: b}}"), Code::X105, "in route"));
    EXPECT_TRUE(fails_with(one("{name: a, append: {partition: b}}"), Code::X105, "in append"));
    EXPECT_TRUE(fails_with(one("{name: a, require: {acount: b}}"), Code::X105, "'account'"));
    EXPECT_TRUE(fails_with(one("{name: a, require: [acount]}"), Code::X106, "'account'"));
    EXPECT_TRUE(fails_with(read("polcy: []\n"), Code::X105, "'policy'"));
}

TEST(RuleReader, WhatIsNoRuleIsRefusedAtItsPlace) {
    for (const char* rule :
         {"{name: a}", "{name: a, hold: false}", "{hold: true}", "a", "[a]",
          "{name: [a], hold: true}", "{name: a, hold: maybe}", "{name: a, when: {}, hold: true}",
          "{name: a, reject: [b]}", "{name: a, cap: {time_limit: long}}",
          "{name: a, set: {tasks: 4294967295}}", "{name: a, set: {exclusive: 2}}",
          "{name: a, set: [b]}", "{name: a, require: account}",
          "{name: a, hold: true, hold: true}"})
        EXPECT_TRUE(fails_with(one(rule), Code::X106, "/x/p.yaml:3:")) << rule;
    EXPECT_TRUE(
        fails_with(one("{name: a, reject: " + std::string(2000, 'x') + "}"), Code::X106, "longer"));
    EXPECT_TRUE(fails_with(read("policy: {name: a}\n"), Code::X106, "list of rules"));
    EXPECT_TRUE(fails_with(parse_rules("policy: []\n", "/x/p.yaml"), Code::X106, "schema"));
    EXPECT_TRUE(fails_with(parse_rules("", "/x/p.yaml"), Code::X102));
    EXPECT_TRUE(fails_with(parse_rules("a: [", "/x/p.yaml"), Code::X104, "/x/p.yaml:"));
}

TEST(RuleReader, FilesOfTheFolderComeByNameBehindTheConfiguration) {
    const test::TempFolder folder;
    const auto config = folder.write(
        "fairlead.yaml", "schema: fairlead.config/1\npolicy: [{name: first, hold: true}]\n");
    EXPECT_EQ(load_rules(config)->size(), 1u);
    const auto one_rule = [](std::string_view name) {
        return fmt::format("schema: fairlead.policy/1\npolicy: [{{name: {}, hold: true}}]\n", name);
    };
    folder.write("policy.d/20-b.yaml", one_rule("third"));
    folder.write("policy.d/10-a.yaml", one_rule("second"));
    folder.write("policy.d/30-c.yaml.bak", "no rules");
    folder.write("policy.d/.hidden.yaml", "no rules");
    std::filesystem::create_symlink("ada@login.4711", folder.path() / "policy.d/.#10-a.yaml");
    const auto rules = load_rules(config);
    ASSERT_TRUE(succeeds(rules));
    ASSERT_EQ(rules->size(), 3u);
    EXPECT_EQ(rules->at(1).name, "second");
    EXPECT_EQ(rules->at(2).name, "third");
    folder.write("policy.d/40-d.yaml", one_rule("second"));
    EXPECT_TRUE(fails_with(load_rules(config), Code::X106, "10-a.yaml:2:"));
    EXPECT_TRUE(fails_with(load_rules(folder.path() / "none.yaml"), Code::X101));
}

} // namespace policy_rule_reader_test
} // namespace fairlead::policy
