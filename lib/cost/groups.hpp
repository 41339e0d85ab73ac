/// Who pays: research groups with their accounts, grants and budgets, from groups.yaml.
#pragma once

#include "cost/clock.hpp"
#include "cost/money.hpp"
#include "cost/reaction.hpp"
#include "cost/settings.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

enum class Period { Month, Quarter, Grant, Rolling };

struct Budget {
    Money amount{};
    std::string currency = "USD";
    Period period = Period::Month;
    std::chrono::days days{}; ///< of a rolling one
};

struct Grant {
    Time from; ///< its first second
    Time to;   ///< the first second after it
    std::string fund{};
    std::vector<std::string> wckeys{}; ///< workload keys whose runs it pays alone
};

/// A grant's part of what a group costs, in millionths of a percent; those of a group sum to 100 %.
struct GrantShare {
    std::string grant;
    std::int64_t parts;
};
inline constexpr std::int64_t whole_parts = 100'000'000;

struct Group {
    std::string name;
    std::string pi{};
    std::string university{};
    std::vector<std::string> accounts{};
    std::vector<GrantShare> grants{};
    std::optional<Budget> budget{};
    std::vector<Threshold> thresholds{};   ///< rising
    std::vector<std::string> may_exceed{}; ///< users
    std::vector<std::string> viewers{};    ///< mail addresses
    std::optional<WhenStale> when_stale{}; ///< empty: as the site says
    bool notify = true;                    ///< its users are told what a job costs
};

struct Groups {
    std::vector<Group> groups{};
    std::map<std::string, Grant, std::less<>> grants{};
    std::map<std::string, std::optional<Budget>, std::less<>> universities{};
    std::map<std::string, std::vector<std::string>, std::less<>> university_viewers{};
    std::optional<Budget> site{};
    std::vector<std::string> site_viewers{};
    int fiscal_year_start = 1; ///< its first month

    /// Null for an account of no group. However they are typed, accounts are in small letters.
    const Group* of_account(std::string_view account) const;
};

/// `schema: fairlead.groups/1`. Errors with file:line:column: FL-X102 to FL-X106.
Result<Groups> parse_groups(std::string_view text, const std::filesystem::path& file);
Result<Groups> load_groups(const std::filesystem::path& file);

/// When the budget that holds at `now` began and ends (UTC); a rolling one ends now. A grant's is
/// from the first day of the group's grants to the last.
Interval period_of(const Budget& budget, const Group& group, const Groups& all, Time now);

/// The fiscal year that is named for the one it ends in: with a start in July, 2027 is from
/// July 2026 to June 2027.
Interval fiscal_year(const Groups& all, int year);

/// The parts of the group's grants, in their order; empty for a group without one. FL-C105.
Result<std::vector<Money>> among_grants(Money cost, const Group& group);

std::string_view to_string(Period period);

} // namespace fairlead::cost
