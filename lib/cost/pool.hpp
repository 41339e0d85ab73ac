/// What is shared: storage, transfer, a head node. Its bill of a month enters as a pool, and groups
/// take their parts of it by a rule that is kept with them.
#pragma once

#include "cost/groups.hpp"
#include "cost/ledger.hpp"

namespace fairlead::cost {

enum class PoolRule {
    Quota,        ///< in the proportion that is named for each group
    Used,         ///< in the proportion of the bytes that each group kept there
    Proportional, ///< in the proportion of what the groups' runs cost in the month
    Unallocated   ///< nobody takes a part
};

struct Pool {
    std::string name{};  ///< "fsx"
    std::string kind{};  ///< "storage", "transfer" or "overhead"; "boot" or "idle"
    std::string month{}; ///< "2026-06"
    Money amount{};
    std::string currency = "USD";
    PoolRule rule{};
    std::vector<std::pair<std::string, std::int64_t>> quotas{}; ///< group and its weight, or bytes
    std::optional<std::int64_t> capacity{}; ///< of which those are parts; empty: of their sum
    std::string author{};
};

/// Whether it is what instances cost beyond the runs on them: its amount is in the ledger already.
bool is_of_instances(const Pool& pool);

std::optional<PoolRule> pool_rule(std::string_view word);
std::string_view to_string(PoolRule rule);

/// "bio=60,cfd=40". FL-C306.
Result<std::vector<std::pair<std::string, std::int64_t>>> read_quotas(std::string_view text);

/// The entries of a pool: what came in, and a part for each group that has one; parts and what is
/// left sum to the amount. `costs` is what the runs of each group cost. FL-C306.
Result<std::vector<Entry>> entries_of(const Pool& pool, const std::map<std::string, Wide>& costs);

/// Enters a pool, or what changed of it since: the old is reversed and the new entered. Says how
/// many entries were added. One of instances is divided as it stands in the ledger. FL-C305 for a
/// closed month, FL-C306.
Result<std::size_t> enter_pool(Ledger& ledger, const Groups& groups, Pool pool);

} // namespace fairlead::cost
