#include "doctor/price_findings.hpp"

#include <gtest/gtest.h>

namespace fairlead::doctor {
namespace doctor_price_findings_test {

using Lines = std::vector<std::string>;

constexpr std::string_view list = "nodes,instance_type,purchase,region,az\nn[1-2],hpc7a.96xlarge,"
                                  "on-demand,,\nn3,m5.large,spot,,\n";

cost::Time at(std::string_view text) { return cost::read_time(text).value(); }

Findings findings_of(std::string_view prices, const std::vector<std::string>& names,
                     std::string_view written = "2026-10-30") {
    const auto book = cost::PriceBook::parse_csv(
        "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n" +
            std::string(prices),
        "prices.csv");
    const auto nodes = cost::Nodes::parse(list, "nodes.csv");
    return price_findings({book.value(), nodes.value(), at(written)}, names, at("2026-11-01"));
}

constexpr std::string_view both = ",,hpc7a.96xlarge,,,,,7.2,USD\n,,m5.large,,spot,,,0.04,USD\n";

TEST(DoctorPrices, EveryNodeHasOne) {
    const auto findings = findings_of(both, {"n1", "n2", "n3"});
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].health, Health::Good);
    EXPECT_EQ(findings[0].what, "2 prices for 3 nodes, 2 days old");
}

TEST(DoctorPrices, ANodeThatNoRowNamesCannotBePriced) {
    const auto findings = findings_of(both, {"n1", "n8", "n9"});
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].health, Health::Problem);
    EXPECT_TRUE(findings[0].what.find("names n[8-9]") != std::string::npos) << findings[0].what;
}

TEST(DoctorPrices, ATypeWithoutAPriceIsAProblem) {
    const auto findings = findings_of(",,m5.large,,,,,0.1,USD\n", {"n1", "n2", "n3"});
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].code, Code::C103);
    EXPECT_TRUE(findings[0].what.starts_with("n[1-2]: ")) << findings[0].what;
}

TEST(DoctorPrices, OneThatEndsSoonIsWorthAWord) {
    const auto findings = findings_of(",,hpc7a.96xlarge,,,,2026-11-15,7.2,USD\n", {"n1"});
    ASSERT_EQ(findings.size(), 2u);
    EXPECT_EQ(findings[0].health, Health::Advice);
    EXPECT_TRUE(findings[0].what.find("within a month") != std::string::npos) << findings[0].what;
    EXPECT_TRUE(has_problem(findings_of(",,hpc7a.96xlarge,,,,2026-10-15,7.2,USD\n", {"n1"})));
}

TEST(DoctorPrices, ABookOfLastQuarterIsOld) {
    const auto findings = findings_of(both, {"n1"}, "2026-07-01");
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].health, Health::Advice);
    EXPECT_EQ(findings[0].what, "the price book is 123 days old");
}

} // namespace doctor_price_findings_test
} // namespace fairlead::doctor
