#include "cost/settings.hpp"

#include "expect_error.hpp"

namespace fairlead::cost {
namespace cost_settings_test {

using test::fails_with;

Result<std::optional<Settings>> parsed(const std::string& section) {
    return parse_settings("schema: fairlead.config/1\n" + section, "/etc/fairlead/fairlead.yaml");
}

TEST(CostSettings, WithoutTheSectionThereAreNone) {
    ASSERT_TRUE(test::succeeds(parsed("admission: node\n")));
    EXPECT_FALSE(*parsed("admission: node\n"));
}

TEST(CostSettings, AnEmptySectionObserves) {
    const auto settings = parsed("cost: {}\n");
    ASSERT_TRUE(test::succeeds(settings));
    ASSERT_TRUE(*settings);
    EXPECT_EQ((*settings)->mode, config::Mode::Observe);
    EXPECT_EQ((*settings)->groups, "/etc/fairlead/groups.yaml");
    EXPECT_EQ((*settings)->when_stale, WhenStale::Grace);
}

TEST(CostSettings, ReadsEveryKey) {
    const auto settings =
        parsed("cost: {mode: enforce, groups: /g, prices: /p, nodes: /n, ledger: /l, metrics: /m,\n"
               "  period: 30, stale_after: 90, when_stale: closed, grace: 12.5, notify_above: 0,\n"
               "  assume_hours: 48, billing_account: \"012345678901\"}\n");
    ASSERT_TRUE(test::succeeds(settings));
    const Settings& read = **settings;
    EXPECT_EQ(read.mode, config::Mode::Enforce);
    EXPECT_EQ(read.groups.native() + read.prices.native() + read.nodes.native() +
                  read.ledger.native() + read.metrics.native(),
              "/g/p/n/l/m");
    EXPECT_EQ(read.period, std::chrono::seconds(30));
    EXPECT_EQ(read.stale_after, std::chrono::seconds(90));
    EXPECT_EQ(read.when_stale, WhenStale::Closed);
    EXPECT_EQ(read.grace.nanos, 12'500'000'000);
    EXPECT_EQ(read.notify_above.nanos, 0);
    EXPECT_EQ(read.assumed, std::chrono::hours(48));
    EXPECT_EQ(read.billing_account, "012345678901");
}

TEST(CostSettings, SaysWhatIsWrongAndWhere) {
    EXPECT_TRUE(fails_with(parsed("cost: {when_stale: shut}\n"), Code::X106, ":2:"));
    for (const char* account : {"12345678901", "12345678901x", "1234567890123"})
        EXPECT_TRUE(fails_with(parsed(fmt::format("cost: {{billing_account: \"{}\"}}\n", account)),
                               Code::X106, "twelve digits"));
    EXPECT_TRUE(fails_with(parsed("cost: {grace: -1}\n"), Code::X106, "grace"));
    EXPECT_TRUE(fails_with(parsed("cost: {ledgr: /l}\n"), Code::X105, "ledger"));
    EXPECT_TRUE(fails_with(parsed("cost: {ledger: l}\n"), Code::X106, "absolute"));
    EXPECT_TRUE(fails_with(parsed("cost: {period: 60, stale_after: 100}\n"), Code::X106, "twice"));
}

TEST(CostSettings, GroupsSayWhatHappensToTheirAccounts) {
    const auto read = [](const std::string& groups) {
        return stale_of_accounts("schema: fairlead.groups/1\n" + groups, "g.yaml");
    };
    const auto stale = read("groups:\n  bio: {accounts: [Bio, bio-gpu], when_stale: closed}\n"
                            "  cfd: {accounts: [cfd], budget: {amount: 5}}\n");
    ASSERT_TRUE(test::succeeds(stale));
    Settings settings;
    settings.when_stale_of = *stale;
    EXPECT_EQ(settings.when_unknown("bio"), WhenStale::Closed);
    EXPECT_EQ(settings.when_unknown("bio-gpu"), WhenStale::Closed);
    EXPECT_EQ(settings.when_unknown("cfd"), WhenStale::Grace);
    EXPECT_TRUE(read("")->empty());
    for (const char* wrong :
         {"groups: {bio: {accounts: [bio], when_stale: shut}}\n",
          "groups: {bio: {accounts: {a: b}, when_stale: hold}}\n", "groups: [bio]\n"})
        EXPECT_TRUE(test::fails_with(read(wrong), Code::X106, "g.yaml:2:")) << wrong;
}

} // namespace cost_settings_test
} // namespace fairlead::cost
