/// Where a report's charges come from: the ledger, a dump of sacct, or sacct itself.
#pragma once

#include "cli/commands.hpp"
#include "cost/charges.hpp"
#include "cost/groups.hpp"

#include <filesystem>

namespace fairlead::cli {

struct CostSource {
    std::filesystem::path ledger{};
    std::filesystem::path dump{}; ///< "-" for standard input
    std::filesystem::path book{};
    std::filesystem::path nodes{};
    std::string zone = "local";

    /// By what was named: a dump, or a price book for what sacct itself says; else the ledger.
    bool from_ledger() const { return dump.empty() && book.empty(); }
};

void add_source(CLI::App& command, CostSource& source);

/// The ledger that was named, else `cost.ledger`, else ledger.db in `state_dir`.
Result<std::filesystem::path> ledger_place(const std::filesystem::path& named,
                                           const Session& session);

/// The groups that were named, else groups.yaml beside the configuration; none where there is none.
Result<cost::Groups> groups_of(const std::filesystem::path& named, const Session& session);

/// The text of the same file.
Result<std::string> groups_text(const std::filesystem::path& named, const Session& session);

/// Prices and, where they are named, nodes.
Result<cost::Pricer> pricer_of(const std::filesystem::path& book,
                               const std::filesystem::path& nodes);

/// What was not named, prices or nodes, is that of the section `cost`.
Result<void> add_prices(std::filesystem::path& book, std::filesystem::path& nodes,
                        const Session& session);

/// What sacct's output costs; sacct itself is asked for the days in `needed`, for the jobs of
/// whoever asks or for all that Slurm shows them. What cannot be priced is reported.
Result<void> read_dump(const CostSource& source, const cost::Interval& needed, bool all_users,
                       const std::function<void(const cost::Entry&)>& take, Session& session);

} // namespace fairlead::cli
