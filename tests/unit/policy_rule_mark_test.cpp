#include "policy/rule_mark.hpp"

#include "policy/decide.hpp"
#include "policy/rule_reader.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_rule_mark_test {

Rules rules_of(const std::string& list) {
    auto rules = parse_rules("schema: fairlead.policy/1\npolicy:\n" + list, "p.yaml");
    EXPECT_TRUE(rules) << (rules ? "" : to_string(rules.error()));
    return rules ? *rules : Rules{};
}

Snapshot site(const std::string& list, config::Mode mode = config::Mode::Enforce) {
    Snapshot snapshot;
    snapshot.config.policy.mode = mode;
    snapshot.rules = rules_of(list);
    return snapshot;
}

JobRequest submission() {
    JobRequest request;
    request.partition = "cpu";
    request.user = "ada";
    return request;
}

/// The names of the rules that acted, "a b", and the number of the others.
std::string acted(const Decision& decision) {
    std::string names;
    const Marked marked = marked_in(decision.patch.rules ? decision.patch.rules->view() : "");
    for (const std::string& mark : marked.marks)
        names += (names.empty() ? "" : " ") + name_in(mark);
    return marked.more ? names + fmt::format(" and {}", marked.more) : names;
}

TEST(PolicyRuleMark, RulesThatChangeHoldWarnOrStopAreNamedInTheirOrder) {
    EXPECT_EQ(acted(decide(submission(), site("- {name: d, default: {qos: low}}\n"
                                              "- {name: s, set: {comment: x}}\n"
                                              "- {name: r, route: {partition: gpu}}\n"
                                              "- {name: a, append: {features: y}}\n"
                                              "- {name: h, hold: true}\n"
                                              "- {name: w, warn: slow}\n"
                                              "- {name: l, stop: true}\n"
                                              "- {name: never, warn: late}\n"))),
              "d s r a h w l");
}

TEST(PolicyRuleMark, RulesThatHoldAndDoNothingAreNotNamed) {
    JobRequest request = submission();
    request.qos = "high";
    request.account = "bio";
    const Snapshot snapshot = site("- {name: d, default: {qos: low}, require: [account]}\n"
                                   "- {name: c, cap: {time_limit: 2h}}\n"
                                   "- {name: s, set: {partition: cpu}}\n"
                                   "- {name: n, when: {qos: low}, warn: w}\n");
    EXPECT_FALSE(decide(request, snapshot).patch.rules);
    request.time_limit = 180;
    EXPECT_EQ(acted(decide(request, snapshot)), "c");
}

TEST(PolicyRuleMark, WhatIsOnlyObservedRefusedOrAnUpdateIsNotKept) {
    const char* list = "- {name: d, default: {qos: low}}\n";
    EXPECT_FALSE(decide(submission(), site(list, config::Mode::Observe)).patch.rules);
    EXPECT_FALSE(decide(submission(), site("- {name: o, mode: observe, warn: w}\n")).patch.rules);
    EXPECT_FALSE(
        decide(submission(), site(std::string(list) + "- {name: r, reject: no}\n")).patch.rules);
    JobRequest update = submission();
    update.modify = true;
    update.qos = "";
    const Decision changed = decide(update, site(list));
    EXPECT_EQ(changed.patch.qos, "low");
    EXPECT_FALSE(changed.patch.rules) << "an update would take the place of what the job has";
}

TEST(PolicyRuleMark, ANameCannotPartTheWordsOfAComment) {
    const std::string hostile = "a;fairlead-hold=00c0ffee00c0ffee,b and 3 more:00000000 \"%41\x7f";
    const std::string mark = mark_of(hostile, "");
    EXPECT_EQ(mark.find_first_of(";, =\"{}|\x7f"), std::string::npos) << mark;
    EXPECT_EQ(mark_of("no GPU", "").substr(0, 9), "no%20GPU:");
    EXPECT_EQ(name_in(mark_of("a;b,c %41", "")), "a;b,c %41");
    EXPECT_EQ(name_in("\x1b[2J%1b%zz%:00000000"), "?[2J?%zz%") << "admins may write anything";
}

TEST(PolicyRuleMark, ManyAndLongNamesKeepTheirBound) {
    std::string list;
    for (int i = 0; i < 40; ++i)
        list += fmt::format("- {{name: \"{} {}\", warn: w}}\n", i, std::string(500, ';'));
    const Decision decision = decide(submission(), site(list));
    ASSERT_TRUE(decision.patch.rules);
    EXPECT_LE(decision.patch.rules->view().size(), 256u);
    const Marked marked = marked_in(*decision.patch.rules);
    EXPECT_EQ(marked.marks.size() + marked.more, 40u);
    EXPECT_EQ(marked.marks.size(), 2u);
}

TEST(PolicyRuleMark, ASumTellsThatTheTextIsAnother) {
    const Rules one = rules_of("- {name: a, when: {partition: [cpu, gpu]}, set: {qos: low}}\n");
    const Rules same = rules_of("- name: a # the same\n  when:\n    partition:\n    - cpu\n"
                                "    - 'gpu'\n  set: {qos: \"low\"}\n");
    const Rules other = rules_of("- {name: a, when: {partition: [cpu, gpu]}, set: {qos: high}}\n");
    EXPECT_EQ(one[0].mark, same[0].mark);
    EXPECT_NE(one[0].mark, other[0].mark);
    EXPECT_TRUE(same_name(one[0].mark, other[0].mark));
    EXPECT_FALSE(same_name(one[0].mark, mark_of("b", "")));
    EXPECT_EQ(one[0].text, "when: {partition: [cpu, gpu]}, set: {qos: low}");
    EXPECT_EQ(rules_of("- name: a\n  warn: |\n    one\n    two\n")[0].text, "warn: \"one two \"");
    EXPECT_EQ(rules_of("- {name: a, warn: 'say \"no\": {user}'}\n")[0].text,
              R"(warn: "say \"no\": {user}")");
}

TEST(PolicyRuleMark, TheLastWordOfACommentCounts) {
    EXPECT_EQ(marked_in("x;fairlead-rules=forged:00000000;fairlead-rules=a:0000000a,b:0000000b and "
                        "7 more;fairlead-cost=at-most=1USD")
                  .marks,
              (std::vector<std::string>{"a:0000000a", "b:0000000b"}));
    EXPECT_EQ(marked_in("fairlead-rules=a:0000000a and 7 more").more, 7u);
}

TEST(PolicyRuleMark, WhatIsNoWordOfOursIsNone) {
    for (const char* comment :
         {"", ";", "fairlead-rules", "fairlead-rules=", "fairlead-rules=a",
          "fairlead-rules=a:", "fairlead-rules=a:1234567", "fairlead-rules=a:xxxxxxxx",
          "fairlead-rules=a:-1234567", "fairlead-rules=,,,", "xfairlead-rules=a:0000000a",
          "fairlead-rules= and x more", "fairlead-rules= and more", "fairlead-rules= more"}) {
        const Marked marked = marked_in(comment);
        EXPECT_TRUE(marked.marks.empty()) << comment;
        EXPECT_EQ(marked.more, 0u) << comment;
    }
}

/// A user chooses the name of a job, and an update may make a rule write it.
TEST(PolicyRuleMark, NoFieldOfAUserBeginsAWordOfAnAdminComment) {
    JobRequest request = submission();
    request.job_name =
        "x;fairlead-rules=forged:00000000;fairlead-hold=00c0ffee00c0ffee,at-most=0USD";
    for (const char* verb : {"append", "set"}) {
        const Decision decision = decide(
            request,
            site(fmt::format("- {{name: n, {}: {{admin_comment: \"a;{{job_name}}\"}}}}\n", verb)));
        ASSERT_TRUE(decision.patch.admin_comment);
        EXPECT_TRUE(decision.patch.admin_comment->view().starts_with("a;x,fairlead-rules=forged"));
        EXPECT_TRUE(marked_in(*decision.patch.admin_comment).marks.empty());
    }
}

TEST(PolicyRuleMark, NoFieldOfAUserIsAWordAtTheBegin) {
    const auto written = [](const std::string& text, std::string account, std::string name) {
        JobRequest request = submission();
        request.account = std::move(account);
        request.job_name = std::move(name);
        const auto patch =
            decide(request, site("- {name: n, append: {admin_comment: \"" + text + "\"}}\n")).patch;
        return patch.admin_comment ? std::string(patch.admin_comment->view()) : "";
    };
    EXPECT_EQ(written("{job_name}", "", "fairlead-hold=0"), "-fairlead-hold=0");
    EXPECT_EQ(written("{account}{job_name}", "fair", "lead-hold=0"), "-fairlead-hold=0");
    EXPECT_EQ(written("a; {job_name};{account};", "FL-S1", "FL-S: x"), "a;- FL-S: x;-FL-S1;");
    EXPECT_EQ(written(" {account}{job_name}", "", "fairlead-hold=0"), "- fairlead-hold=0");
    EXPECT_EQ(written("fairlead: see {job_name};FL-X of {account}", "bio", "j"),
              "fairlead: see j;FL-X of bio")
        << "the site's own words";
    EXPECT_EQ(written("{account}fairlead: {job_name};{account};FL-X", "", "j"),
              "fairlead: j;;FL-X");
    EXPECT_EQ(written("{job_name}", "", "{\\\"schema"), "-{\\\"schema");
    EXPECT_EQ(written(";{job_name};", "", ""), ";;");
    EXPECT_EQ(written("of {account}", "fairlead", ""), "of fairlead");
}

} // namespace policy_rule_mark_test
} // namespace fairlead::policy
