#include "config/config.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::config {
namespace config_node_checks_test {

using test::fails_with;
using test::succeeds;

Result<Config> read(const std::string& rest) {
    return parse("schema: fairlead.config/1\n" + rest, "/x/f.yaml");
}

TEST(NodeChecksConfig, DemandsNothingByDefaultButLibfabric) {
    const auto config = read("");
    ASSERT_TRUE(succeeds(config));
    const NodeChecks& checks = config->node_checks;
    EXPECT_EQ(checks.driver, "");
    EXPECT_FALSE(checks.ptrace_scope);
    EXPECT_EQ(checks.memlock, 0u);
    EXPECT_EQ(checks.huge_pages, 0);
    EXPECT_EQ(checks.mtu, 0);
    EXPECT_TRUE(checks.libfabric);
    EXPECT_EQ(checks.attach_tries, 3);
    EXPECT_EQ(checks.attach_wait, 5);
    EXPECT_EQ(checks.attach_window, 600);
    EXPECT_EQ(checks.deadline, 20);
    EXPECT_EQ(config->brake.nodes, 2);
    EXPECT_EQ(config->brake.percent, 5);
}

TEST(NodeChecksConfig, ReadsEveryKey) {
    const auto config =
        read("node_checks: {driver: 2.17.0, ptrace_scope: true, memlock: 64, huge_pages: 5128, "
             "mtu: 9001, libfabric: false, attach_tries: 1, attach_wait: 2, attach_window: 60, "
             "deadline: 30}\nbrake: {nodes: 4, percent: 10}\n");
    ASSERT_TRUE(succeeds(config));
    const NodeChecks& checks = config->node_checks;
    EXPECT_EQ(checks.driver, "2.17.0");
    EXPECT_TRUE(checks.ptrace_scope);
    EXPECT_EQ(checks.memlock, 64u * 1024 * 1024);
    EXPECT_EQ(checks.huge_pages, 5128);
    EXPECT_EQ(checks.mtu, 9001);
    EXPECT_FALSE(checks.libfabric);
    EXPECT_EQ(checks.attach_tries, 1);
    EXPECT_EQ(checks.attach_wait, 2);
    EXPECT_EQ(checks.attach_window, 60);
    EXPECT_EQ(checks.deadline, 30);
    EXPECT_EQ(config->brake.nodes, 4);
    EXPECT_EQ(config->brake.percent, 10);
}

TEST(NodeChecksConfig, MemlockMayBeUnlimited) {
    EXPECT_EQ(read("node_checks: {memlock: unlimited}\n")->node_checks.memlock, unlimited_memlock);
}

TEST(NodeChecksConfig, ValuesOutOfRangeAreRefusedWithTheirPlace) {
    for (const char* text : {"node_checks: {driver: new}\n", "node_checks: {driver: 2.17.3g}\n",
                             "node_checks: {driver: 2..1}\n", "node_checks: {ptrace_scope: 0}\n",
                             "node_checks: {memlock: lots}\n", "node_checks: {memlock: -1}\n",
                             "node_checks: {memlock: [1]}\n", "node_checks: {huge_pages: -1}\n",
                             "node_checks: {mtu: 65537}\n", "node_checks: {deadline: 4}\n",
                             "node_checks: {attach_wait: 0}\n", "brake: {nodes: -1}\n",
                             "brake: {percent: 101}\n", "brake: 5\n"})
        EXPECT_TRUE(fails_with(read(text), Code::X106, "/x/f.yaml:2:")) << text;
    EXPECT_TRUE(fails_with(read("node_checks: {drivers: 2}\n"), Code::X105, "'driver'"));
    EXPECT_TRUE(fails_with(read("brake: {node: 2}\n"), Code::X105, "'nodes'"));
}

} // namespace config_node_checks_test
} // namespace fairlead::config
