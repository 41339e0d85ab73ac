/// The section `cost` of fairlead.yaml: where prices, groups and the ledger are, and what
/// job_submit does with budgets.
#pragma once

#include "config/config.hpp"
#include "cost/money.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::cost {

/// What happens to a job while nobody knows what is left of the budgets.
enum class WhenStale {
    Open,   ///< it passes
    Grace,  ///< a small one passes, as by the last that was known; others are held
    Hold,   ///< it is held
    Closed, ///< it is rejected
};

inline constexpr std::array<std::string_view, 4> stale_words{"open", "grace", "hold", "closed"};

/// By account, in small letters.
using StaleOfAccounts = std::map<std::string, WhenStale, std::less<>>;

struct Settings {
    config::Mode mode = config::Mode::Observe; ///< of budgets
    std::filesystem::path groups, prices, nodes, ledger;
    std::string billing_account{};         ///< who pays AWS, for FOCUS; empty: not known
    std::filesystem::path metrics{};       ///< for Prometheus's node exporter; empty for none
    std::chrono::seconds period{60};       ///< between two snapshots
    std::chrono::seconds stale_after{300}; ///< a snapshot of that age is not believed
    WhenStale when_stale = WhenStale::Grace;
    StaleOfAccounts when_stale_of{};         ///< where groups say otherwise; before any snapshot
    Money grace{50 * nanos_per_unit};        ///< what a small job costs at most
    Money notify_above{10 * nanos_per_unit}; ///< users are told the cost of a job above it
    std::chrono::hours assumed{24};          ///< of a job that no time limit ends

    /// What happens to a job of the account before there was any snapshot.
    WhenStale when_unknown(std::string_view account) const {
        const auto found = when_stale_of.find(account);
        return found == when_stale_of.end() ? when_stale : found->second;
    }
};

/// Nothing where the file has no such section. FL-X101 to FL-X107, with file:line:column.
Result<std::optional<Settings>> load_settings(const std::filesystem::path& config_path);
Result<std::optional<Settings>> parse_settings(std::string_view text,
                                               const std::filesystem::path& config_path);

/// What the groups of groups.yaml say of their accounts, without a look at the rest, which is the
/// accountant's to check. FL-X102, FL-X104, FL-X106.
Result<StaleOfAccounts> stale_of_accounts(std::string_view text, const std::filesystem::path& file);

} // namespace fairlead::cost
