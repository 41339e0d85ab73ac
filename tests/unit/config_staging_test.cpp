#include "config/config.hpp"
#include "expect_error.hpp"

namespace fairlead::config {
namespace config_staging_test {

using test::fails_with;

Result<Config> read(const std::string& section) {
    return parse("schema: fairlead.config/1\nstaging:" + section, "/tmp/fairlead.yaml");
}

TEST(StagingConfig, HasDefaults) {
    const auto config = parse("schema: fairlead.config/1\n", "/tmp/fairlead.yaml");
    EXPECT_EQ(config->staging.deadline, 1500);
    EXPECT_TRUE(config->staging.profiles.empty());
}

TEST(StagingConfig, IsRead) {
    const auto config = read(" {deadline: 60, keep: 3, s3_endpoint: \"http://127.0.0.1:7480\", "
                             "profiles: {ref: [\"in src=/a dst=/b\"]}}\n");
    ASSERT_TRUE(test::succeeds(config));
    EXPECT_EQ(config->staging.deadline, 60);
    EXPECT_EQ(config->staging.keep, 3);
    EXPECT_EQ(config->staging.s3_endpoint, "http://127.0.0.1:7480");
    EXPECT_EQ(config->staging.profiles.at("ref").front(), "in src=/a dst=/b");
}

TEST(StagingConfig, IsReadStrictly) {
    EXPECT_TRUE(fails_with(read(" {dedline: 60}\n"), Code::X105, "did you mean 'deadline'"));
    EXPECT_TRUE(fails_with(read(" {deadline: 1}\n"), Code::X106, "from 10"));
    EXPECT_TRUE(fails_with(read(" {profiles: {ref: in}}\n"), Code::X106, "list"));
    EXPECT_TRUE(fails_with(read(" {buckets: []}\n"), Code::X105));
}

} // namespace config_staging_test
} // namespace fairlead::config
