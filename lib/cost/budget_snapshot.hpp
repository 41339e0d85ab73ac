/// What the accountant tells job_submit: who belongs to which group, what the budgets have left,
/// and what the jobs of the queue may still cost. A file that is replaced as a whole.
#pragma once

#include "cost/clock.hpp"
#include "cost/estimate.hpp"
#include "cost/members.hpp"
#include "cost/reaction.hpp"
#include "cost/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// A budget: of a group, of a university or of the site.
struct Cap {
    std::string name;  ///< "group bio", "university north", "site": no two are alike
    std::string label; ///< for people: "bio", "north", "the site"
    Money limit{};
    Money used{}; ///< spent, and what the jobs of the queue may cost
    std::string currency = "USD";
    Time ends{}; ///< the first second after its period
    std::vector<Threshold> thresholds{};
};

struct BudgetGroup {
    std::string name;
    std::vector<std::string> accounts{};
    std::vector<std::string> may_exceed{}; ///< users
    std::vector<std::size_t> caps{};       ///< places in `caps`, its own first; at most three
    std::optional<WhenStale> when_stale{}; ///< empty: as the site says
    bool quiet = false;                    ///< its users are not told what a job costs
};

/// A job of the queue, or all tasks of an array that are not started, under its number.
struct LiveJob {
    std::uint32_t job;
    std::uint32_t array = 0; ///< the array of a task that has started
    std::string user{};
    std::optional<std::size_t> group{}; ///< place in `groups`; empty for an account of none
    std::string partitions{};           ///< comma list
    std::string qos{};
    JobSize size{};       ///< its partitions are left empty
    Money at_most{};      ///< of the tasks that are left
    bool stopped = false; ///< held because of its budget, so not among what is used
    bool gone = false;    ///< ended, and counts until its accounting is settled
    Time end{};           ///< of one that is gone: it ended then or later
};

struct BudgetSnapshot {
    Time taken{};
    std::vector<PartitionCost> partitions{};
    std::string default_partition{}; ///< empty where slurm.conf has none
    std::vector<Cap> caps{};
    std::vector<BudgetGroup> groups{};
    std::vector<std::pair<std::string, std::string>> default_accounts{}; ///< user and account
    std::vector<Members> members{};     ///< empty where anybody may name any account
    std::vector<std::uint64_t> holds{}; ///< those in `used` already, or spent
    std::vector<LiveJob> jobs{};
};

std::string encode(const BudgetSnapshot& snapshot);

/// FL-C207 for anything but what encode() makes; `source` is for messages.
Result<BudgetSnapshot> decode_budgets(std::string_view text, std::string_view source);

/// Replaces the file, for its owner alone. FL-C207.
Result<void> write_budgets(const std::filesystem::path& file, const BudgetSnapshot& snapshot);

/// FL-X101 where there is none, FL-C207.
Result<BudgetSnapshot> read_budgets(const std::filesystem::path& file);

} // namespace fairlead::cost
