#include "doctor/staging_findings.hpp"

#include "stage/cluster.hpp"

#include <fmt/ranges.h>

namespace fairlead::doctor {

Findings staging_findings(const config::Staging& staging, const Needs& needs) {
    if (!needs.staging)
        return {};
    Findings findings;
    const auto folders = config::site_folders(staging);
    if (folders.empty())
        findings.push_back({"staging", Health::Advice,
                            "no file system is named as the site's, so that none that fails "
                            "drains a node",
                            "staging.file_systems in fairlead.yaml, such as [/fsx, /scratch]"});
    else
        findings.push_back(good(
            "staging", fmt::format("the site's own file systems: {}", fmt::join(folders, ", "))));
    if (const auto stall = stage::check_stall(staging); !stall)
        findings.push_back(from_error("staging", Health::Problem, stall.error()));
    return findings;
}

} // namespace fairlead::doctor
