/// docs/migrate-from-lua.md: each rule in its table is one.

#include "base/files.hpp"
#include "base/words.hpp"
#include "expect_error.hpp"
#include "policy/rule_reader.hpp"
#include "source_dir.hpp"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_migration_test {

/// What stands between backticks.
std::vector<std::string> fragments_of(std::string_view text) {
    const auto pieces = split(text, '`');
    std::vector<std::string> fragments;
    for (std::size_t i = 1; i < pieces.size(); i += 2)
        fragments.emplace_back(pieces[i]);
    return fragments;
}

/// The last column of each numbered row. A '|' in code does not part columns there.
std::vector<std::string> rows_of(const std::string& document) {
    std::vector<std::string> rows;
    for (const std::string_view line : split(document, '\n')) {
        if (line.size() < 3 || !line.starts_with("| ") || line[2] < '0' || line[2] > '9')
            continue;
        const std::string_view body = line.substr(0, line.rfind(" |"));
        rows.emplace_back(body.substr(body.rfind(" | ") + 3));
    }
    return rows;
}

/// A whole rule of a part of one: an action, a condition or one test of a field. Empty for what is
/// no part, such as the name of an action.
std::string rule_of(std::string_view fragment) {
    constexpr std::array actions{"require", "default", "set",  "cap",   "append",
                                 "route",   "hold",    "warn", "reject"};
    const std::size_t colon = fragment.find(": ");
    if (colon == std::string_view::npos)
        return {};
    const std::string_view key = fragment.substr(0, colon);
    if (key == "when")
        return fmt::format("{}, warn: w", fragment);
    if (std::ranges::find(actions, key) != actions.end())
        return std::string(fragment);
    return find_field(key) ? fmt::format("when: {{{}}}, warn: w", fragment) : "";
}

std::string parsed(const std::string& rule) {
    const auto rules = parse_rules(
        fmt::format("schema: fairlead.policy/1\npolicy:\n  - {{name: a, {}}}\n", rule), "row.yaml");
    return rules ? "" : to_string(rules.error());
}

TEST(PolicyMigration, EachRuleOfTheGuideIsRead) {
    const auto document = read_file(test::source_dir() / "docs" / "migrate-from-lua.md");
    ASSERT_TRUE(test::succeeds(document));
    const auto rows = rows_of(*document);
    ASSERT_EQ(rows.size(), 30u);
    std::size_t rules = 0;
    for (const std::string& row : rows)
        for (const std::string& fragment : fragments_of(row)) {
            const std::string rule = rule_of(fragment);
            EXPECT_EQ(rule.empty() ? "" : parsed(rule), "") << row;
            rules += rule.empty() ? 0 : 1;
        }
    EXPECT_GE(rules, 30u);
}

TEST(PolicyMigration, AWrongOneWouldBeFound) {
    EXPECT_TRUE(parsed(rule_of("default: {tasks_per_node: 4}")).contains("FL-X105"));
    EXPECT_TRUE(parsed(rule_of("when: {nodes: many}")).contains("row.yaml:3:"));
    EXPECT_EQ(rule_of("reject:"), "");
    EXPECT_EQ(rule_of("gpu_type: unset"), "when: {gpu_type: unset}, warn: w");
}

} // namespace policy_migration_test
} // namespace fairlead::policy
