/// Whether a node has the EFA that its instance type promises.
#pragma once

#include "base/error.hpp"
#include "catalog/catalog.hpp"
#include "config/config.hpp"
#include "fabric/instance.hpp"
#include "fabric/inventory.hpp"

#include <optional>
#include <vector>

namespace fairlead::fabric {

/// Who has to act: nobody, the admin (the node is broken), or the user (the job is on a node that
/// never had EFA).
enum class Outcome { Ready, NodeBroken, RequestWrong };

struct Verdict {
    Outcome outcome;
    int found;                   ///< EFA devices present
    std::optional<int> expected; ///< empty for a type that the catalog does not list
    std::optional<Error> error;  ///< set unless Ready
};

/// `least` is what the site demands instead of all that the type has; 0 where it does not.
Verdict judge(const Instance& instance, const std::vector<EfaDevice>& devices,
              const catalog::Catalog& catalog, int least = 0);

/// `interfaces` is what a job must find, 0 for all that the type has: a node with fewer that still
/// has what the partition demands is healthy (FL-E103). Where that is all, and the partition lets
/// no job ask for less, fewer will not do even for a job that needs no more.
Verdict judge_interfaces(const Instance& instance, const std::vector<EfaDevice>& devices,
                         const catalog::Catalog& catalog, const config::PartitionRules& rules,
                         int interfaces);

/// The same for the machine whose sysfs is below `root`, with the installed catalog and the site's
/// (may be empty). FL-X101, FL-X103 and FL-X109 where a catalog cannot be used.
Result<Verdict> judge_machine(const std::filesystem::path& root,
                              const std::filesystem::path& site_catalog);

} // namespace fairlead::fabric
