// What programs of a site see of the rules.
#include "temp_folder.hpp"

#include <fairlead/policy.hpp>
#include <gtest/gtest.h>

namespace fairlead {
namespace api_policy_test {

using Pairs = std::vector<std::pair<std::string, std::string>>;

api::Rules rules_of(const std::string& list) {
    return api::Rules::parse("schema: fairlead.policy/1\npolicy:\n" + list, "p.yaml").value();
}

api::Job job_of(const Pairs& fields) {
    api::Job job;
    for (const auto& [field, value] : fields)
        EXPECT_TRUE(job.set(field, value)) << field;
    return job;
}

std::vector<std::string> texts(const std::vector<api::Change>& changes) {
    std::vector<std::string> list;
    for (const api::Change& change : changes)
        list.push_back(change.field + ": " + change.before + " -> " + change.after);
    return list;
}

TEST(ApiPolicy, ARuleRefusesWithItsCodeAndSentence) {
    const auto rules = rules_of("  - {name: a, when: {partition: gpu, gpus: unset}, "
                                "reject: \"{partition} wants GPUs\"}\n");
    const auto refused = api::evaluate(rules, job_of({{"partition", "gpu"}}));
    ASSERT_EQ(refused.refusals.size(), 1u);
    EXPECT_EQ(refused.refusals.front().code, "FL-A201");
    EXPECT_EQ(refused.refusals.front().message, "gpu wants GPUs (rule a)");
    EXPECT_EQ(refused.fired, std::vector<std::string>{"a"});
    const auto fine = api::evaluate(rules, job_of({{"partition", "gpu"}, {"gpus", "2"}}));
    EXPECT_TRUE(fine.refusals.empty() && fine.fired.empty() && fine.changes.empty());
}

TEST(ApiPolicy, ChangesAreThoseOfAllRules) {
    const auto rules = rules_of("  - {name: a, default: {time_limit: 2h}}\n"
                                "  - {name: b, when: {environment.MODE: fast}, set: {qos: high}, "
                                "warn: \"mind {time_limit}\"}\n");
    const auto outcome = api::evaluate(
        rules, job_of({{"qos", "low"}, {"environment.OTHER", "1"}, {"environment.MODE", "fast"}}));
    EXPECT_EQ(texts(outcome.changes),
              (std::vector<std::string>{"qos: low -> high", "time_limit:  -> 02:00:00"}));
    EXPECT_EQ(outcome.warnings, std::vector<std::string>{"mind 02:00:00"});
    EXPECT_EQ(rules.names(), (std::vector<std::string>{"a", "b"}));
}

TEST(ApiPolicy, RulesThatObserveOnlySayWhatTheyWouldDo) {
    const auto rules = rules_of("  - {name: a, mode: observe, reject: never}\n"
                                "  - {name: b, hold: true}\n");
    const auto outcome = api::evaluate(rules, {});
    EXPECT_TRUE(outcome.refusals.empty());
    EXPECT_EQ(outcome.observed.size(), 1u);
    EXPECT_TRUE(outcome.hold);
}

TEST(ApiPolicy, AnUpdateIsJudgedAsOne) {
    const auto rules = rules_of("  - {name: a, when: {modify: true}, reject: no updates}\n");
    EXPECT_TRUE(api::evaluate(rules, {}).refusals.empty());
    const auto update = job_of({{"modify", "true"}, {"time_limit", "1h"}});
    EXPECT_FALSE(api::evaluate(rules, update).refusals.empty());
}

TEST(ApiPolicy, AFieldIsSetOnceAndOnlyToWhatItTakes) {
    api::Job job = job_of({{"gpus", "2"}, {"partition", "cpu"}, {"gpus", "4"}});
    EXPECT_EQ(job.fields(), (Pairs{{"partition", "cpu"}, {"gpus", "4"}}));
    const auto unknown = job.set("partitoin", "gpu");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, "FL-X105");
    EXPECT_NE(unknown.error().message.find("did you mean 'partition'"), std::string::npos);
    EXPECT_EQ(job.set("time_limit", "soon").error().code, "FL-X106");
    EXPECT_EQ(job.fields().size(), 2u);
}

TEST(ApiPolicy, BadRulesAreAnErrorWithTheirPlace) {
    const auto rules =
        api::Rules::parse("schema: fairlead.policy/1\npolicy:\n  - {name: a, rejct: x}\n", "p");
    ASSERT_FALSE(rules);
    EXPECT_EQ(rules.error().code, "FL-X105");
    EXPECT_NE(rules.error().message.find("p:3:"), std::string::npos);
}

TEST(ApiPolicy, AConfigurationIsReadWithItsFolderOfRules) {
    const test::TempFolder folder;
    std::filesystem::create_directory(folder.path() / "policy.d");
    folder.write("policy.d/more.yaml",
                 "schema: fairlead.policy/1\npolicy: [{name: b, hold: true}]\n");
    const auto file = folder.write("fairlead.yaml",
                                   "schema: fairlead.config/1\npolicy: [{name: a, hold: true}]\n");
    EXPECT_EQ(api::Rules::load(file).value().names(), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(api::Rules::load(folder.path() / "none").error().code, "FL-X101");
}

} // namespace api_policy_test
} // namespace fairlead
