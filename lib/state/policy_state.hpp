/// What slurmctld's plugin has in force, for `fairlead policy status`.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fairlead::state {

struct PolicyState {
    std::string revision; ///< of the files in force; empty where none is
    std::string since;    ///< when they came into force, UTC
    std::size_t rules = 0;
    std::string mode{};                    ///< of the rules in force: "enforce"
    std::vector<std::string> exempt{};     ///< users whom no rule in force concerns
    std::optional<std::string> error{};    ///< why what is in the files now is not in force
    bool refuses = false;                  ///< nothing is in force, and every job is refused
    std::optional<std::int64_t> budgets{}; ///< when those that count were taken, since 1970
    bool operator==(const PolicyState&) const = default;
};

/// Nothing where slurmctld's plugin never ran here. FL-X202, FL-X203.
Result<std::optional<PolicyState>> read_policy_state(const std::filesystem::path& file);

/// Replaces the file. FL-X201.
Result<void> write_policy_state(const std::filesystem::path& file, const PolicyState& state);

} // namespace fairlead::state
