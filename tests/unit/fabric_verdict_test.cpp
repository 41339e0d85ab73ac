#include "fabric/verdict.hpp"

#include "expect_error.hpp"
#include "fake_sysfs.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <vector>

namespace fairlead::fabric {
namespace fabric_verdict_test {

using test::fails_with;

const catalog::Catalog types =
    catalog::Catalog::parse("hpc7a.96xlarge,192,192,1,4,768,2,2,300,,x86_64\n"
                            "x1.none,8,8,1,1,16,0,1,10,,x86_64\n",
                            "test")
        .value();

Verdict judged(const std::string& type, std::size_t devices) {
    return judge({type, "i-1"}, std::vector<EfaDevice>(devices, {"rdmap16s0", "0000:10:00.0"}),
                 types);
}

TEST(Verdict, ANodeWithAllItsInterfacesIsReady) {
    const auto verdict = judged("hpc7a.96xlarge", 2);
    EXPECT_EQ(verdict.outcome, Outcome::Ready);
    EXPECT_EQ(verdict.found, 2);
    EXPECT_EQ(verdict.expected, 2);
    EXPECT_FALSE(verdict.error);
}

TEST(Verdict, ANodeWithFewerThanItsTypeHasIsBroken) {
    for (const std::size_t found : {0u, 1u}) {
        const auto verdict = judged("hpc7a.96xlarge", found);
        EXPECT_EQ(verdict.outcome, Outcome::NodeBroken);
        ASSERT_TRUE(verdict.error);
        EXPECT_EQ(to_string(*verdict.error),
                  fmt::format("efa: {} of 2 EFA interfaces on hpc7a.96xlarge [FL-E201]", found));
    }
}

TEST(Verdict, ANodeWithMoreThanItsTypeHasIsReady) {
    EXPECT_EQ(judged("hpc7a.96xlarge", 3).outcome, Outcome::Ready);
}

TEST(Verdict, ATypeThatIsNotListedButHasEfaIsReady) {
    const auto verdict = judged("new9.large", 1);
    EXPECT_EQ(verdict.outcome, Outcome::Ready);
    EXPECT_EQ(verdict.expected, std::nullopt);
}

TEST(Verdict, ANodeThatNeverHadEfaMakesTheRequestWrong) {
    for (const char* type : {"t3.micro", "x1.none"}) {
        const auto verdict = judged(type, 0);
        EXPECT_EQ(verdict.outcome, Outcome::RequestWrong) << type;
        ASSERT_TRUE(verdict.error);
        EXPECT_EQ(verdict.error->code, Code::E202);
        EXPECT_NE(verdict.error->message.find(type), std::string::npos);
    }
}

TEST(Verdict, ASiteMayDemandFewer) {
    const std::vector<EfaDevice> one{{"rdmap16s0", "0000:10:00.0"}};
    EXPECT_EQ(judge({"hpc7a.96xlarge", ""}, one, types, 1).outcome, Outcome::Ready);
    EXPECT_EQ(judge({"hpc7a.96xlarge", ""}, one, types, 2).outcome, Outcome::NodeBroken);
    EXPECT_EQ(judge({"hpc7a.96xlarge", ""}, {}, types, 1).outcome, Outcome::NodeBroken);
    EXPECT_EQ(judge({"new9.large", ""}, one, types, 2).outcome, Outcome::NodeBroken);
    EXPECT_EQ(judge({"x1.none", ""}, {}, types, 1).outcome, Outcome::RequestWrong);
}

TEST(Verdict, AnUnknownTypeIsCalledThat) {
    EXPECT_NE(judged("", 0).error->message.find("of unknown instance type"), std::string::npos);
}

TEST(Verdict, AHostileTypeIsMadePrintable) {
    EXPECT_NE(judged("\x1b[2J", 0).error->message.find("(?[2J)"), std::string::npos);
}

TEST(JudgeMachine, ABrokenCatalogOfTheSiteIsAnErrorAndNoVerdict) {
    const test::FakeSysfs sysfs;
    const test::TempFolder folder;
    EXPECT_TRUE(
        fails_with(judge_machine(sysfs.root(), folder.write("c.csv", "x,y\n")), Code::X109));
    EXPECT_TRUE(fails_with(judge_machine(sysfs.root(), folder / "none"), Code::X101));
}

} // namespace fabric_verdict_test
} // namespace fairlead::fabric
